"""A virtual sound card: a private PulseAudio with its own socket, for child processes only.

PortAudio's default device plays into the sink `spk` and records what is played into `micfeed`; the
device `tester` is the other side of both. The sinks do not rewind (`norewinds=1`): with rewinding
the first samples of a stream are lost. Programs under test are children, because PortAudio lists
its devices when it is imported.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ctypes.util import find_library
from pathlib import Path
from time import sleep
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]

_STARTING_STEPS = 200
_STEP_S = 0.05
_LEAVING_S = 5.0

_DAEMON_OPTIONS = (
    "--daemonize=no",
    "--use-pid-file=no",
    "--exit-idle-time=-1",
    "--disable-shm=yes",
    "--realtime=yes",
    "--high-priority=yes",
    "--log-target=stderr",
)

Side = Literal["speaker", "microphone"]
"""One end of the card, as a person would pull its plug."""

_SINKS: Mapping[Side, str] = {"speaker": "spk", "microphone": "micfeed"}

_SINK = "sink_name={name} rate={rate_hz} channels={channels} format=s16le norewinds=1"

_PULSE = """
.fail
load-module module-native-protocol-unix auth-anonymous=1 socket={folder}/native
load-module module-cli-protocol-unix socket={folder}/commands
load-module module-null-sink {speaker}
load-module module-null-sink {microphone}
set-default-sink spk
set-default-source micfeed.monitor
"""

_ALSA = """
</usr/share/alsa/alsa.conf>
pcm.!default {{ type asym
  playback.pcm {{ type pulse server "unix:{folder}/native" device "spk" }}
  capture.pcm {{ type pulse server "unix:{folder}/native" device "micfeed.monitor" }} }}
pcm.tester {{ type asym
  playback.pcm {{ type pulse server "unix:{folder}/native" device "micfeed" }}
  capture.pcm {{ type pulse server "unix:{folder}/native" device "spk.monitor" }} }}
"""


def what_is_missing() -> str:
    """Why no card can be started here, in words; empty where one can."""
    programs = [
        name for name in ("pulseaudio", "pactl", "paplay", "parec") if not shutil.which(name)
    ]
    if programs:
        return f"the virtual card needs {', '.join(programs)} (pulseaudio, pulseaudio-utils)"
    if find_library("portaudio") is None:
        return "PortAudio is not installed (libportaudio2)"
    if not any(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")):
        return "ALSA has no way to PulseAudio (libasound2-plugins)"
    return ""


class VirtualCard:
    """A card as long as the context lasts.

    Args:
        rate_hz: the rate of both of its sinks.
        channels: how many both of them have.
    """

    def __init__(self, rate_hz: int = 24_000, channels: int = 1) -> None:
        self.rate_hz = rate_hz
        self._channels = channels
        self._folder = Path(tempfile.mkdtemp(prefix="studio-card-"))
        self._daemon: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """What a child needs to see this card and no other."""
        folder = self._folder
        return os.environ | {
            "PULSE_SERVER": f"unix:{folder}/native",
            "PULSE_RUNTIME_PATH": f"{folder}/run",
            "PULSE_STATE_PATH": f"{folder}/state",
            "PULSE_COOKIE": f"{folder}/cookie",
            "ALSA_CONFIG_PATH": f"{folder}/asound.conf",
            "STUDIO_HOME": f"{folder}/home",
        }

    @property
    def pid(self) -> int:
        """The daemon's."""
        assert self._daemon is not None
        return self._daemon.pid

    def start(self) -> None:
        """Start the daemon, again if it was killed, and wait until it answers."""
        folder = self._folder
        for name in ("run", "state", "home"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        script, alsa = folder / "card.pa", folder / "asound.conf"
        sinks = {side: self._sink(side) for side in _SINKS}
        script.write_text(_PULSE.format(folder=folder, **sinks))
        alsa.write_text(_ALSA.format(folder=folder))
        with (folder / "log").open("ab") as log:
            self._daemon = subprocess.Popen(
                ("pulseaudio", "-n", "-F", script, *_DAEMON_OPTIONS),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
            )
        for _ in range(_STARTING_STEPS):
            if self._daemon.poll() is not None:
                break
            if self._run("pactl", "info").returncode == 0:
                return
            sleep(_STEP_S)
        raise AssertionError((folder / "log").read_text())

    def kill(self) -> None:
        """End the daemon as a crash would."""
        self._signal(signal.SIGKILL)
        if self._daemon is not None:
            self._daemon.wait(_LEAVING_S)

    def freeze(self) -> None:
        """Stop the daemon without a word to its clients."""
        self._signal(signal.SIGSTOP)

    def close(self) -> None:
        """End the daemon, frozen or not, and leave nothing behind."""
        if self._daemon is not None and self._daemon.poll() is None:
            self._signal(signal.SIGCONT)
            self._signal(signal.SIGTERM)
            try:
                self._daemon.wait(_LEAVING_S)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def unplug(self, *sides: Side) -> None:
        """Take these sinks away, or both where none is named; the daemon stays.

        Where one stays, PulseAudio would move the streams of the other there: so they are ended.
        """
        names = [_SINKS[side] for side in sides or get_args(Side)]
        modules = self._run("pactl", "list", "short", "modules").stdout.decode().splitlines()
        commands = [
            f"unload-module {module.split()[0]}"
            for module in modules
            if any(f"sink_name={name} " in module for name in names)
        ]
        if len(names) == 1:
            commands = [*self._endings(names[0]), *commands]
        with socket.socket(socket.AF_UNIX) as daemon:
            daemon.connect(f"{self._folder}/commands")
            daemon.sendall("".join(f"{command}\n" for command in commands).encode())
            daemon.shutdown(socket.SHUT_WR)
            while daemon.recv(4096):
                pass

    def _endings(self, sink: str) -> Iterator[str]:
        """What ends all streams that play into a sink, and those that record it."""
        for kind, place, name in (
            ("sink-input", "sink", sink),
            ("source-output", "source", f"{sink}.monitor"),
        ):
            (place_index,) = [
                each["index"] for each in self._listed(f"{place}s") if each["name"] == name
            ]
            for stream in self._listed(f"{kind}s"):
                if stream[place] == place_index:
                    yield f"kill-{kind} {stream['index']}"

    def plug_in(self, *sides: Side) -> None:
        """Bring these sinks back, or both where none is named."""
        for side in sides or get_args(Side):
            self._load("module-null-sink", *self._sink(side).split())
        self._run("pactl", "set-default-sink", _SINKS["speaker"])
        self._run("pactl", "set-default-source", f"{_SINKS['microphone']}.monitor")

    @contextmanager
    def echo_loop(self, gain_db: float = 0.0, delay_ms: int = 100) -> Iterator[None]:
        """Wire the speaker into the microphone while the context lasts, as a room does.

        It runs in real time beside whatever else is played into the microphone.

        Args:
            gain_db: how much louder the microphone hears it than it is played.
            delay_ms: how much later; kept to within 0.2 ms. With less than 60 ms the loopback
                stalls other recordings on a busy machine.
        """
        form = (f"rate={self.rate_hz}", "channels=1", "format=s16le", "adjust_time=0")
        ends = ("source=spk.monitor", "sink=micfeed", f"latency_msec={delay_ms}")
        module = self._load("module-loopback", *ends, *form)
        try:
            (stream,) = [
                each["index"]
                for each in self._listed("sink-inputs")
                if each["owner_module"] == str(module)
            ]
            self._run("pactl", "set-sink-input-volume", str(stream), f"{gain_db}dB")
            yield
        finally:
            self._run("pactl", "unload-module", str(module))

    @contextmanager
    def speaking(self, samples: NDArray[np.int16], rate_hz: int = 24_000) -> Iterator[None]:
        """Play into the microphone, by a program that is not ours, while the context lasts."""
        path = self._folder / "words.raw"
        path.write_bytes(samples.astype("<i2").tobytes())
        form = ("--raw", f"--rate={rate_hz}", "--channels=1", "--format=s16le")
        player = subprocess.Popen(("paplay", "--device=micfeed", *form, path), env=self.environment)
        try:
            yield
        finally:
            _end(player)

    @contextmanager
    def recording(self, into: Path, rate_hz: int = 24_000) -> Iterator[None]:
        """Record what the speaker plays, by a program that is not ours, as raw int16."""
        form = ("--raw", f"--rate={rate_hz}", "--channels=1", "--format=s16le")
        with into.open("wb") as sound:
            recorder = subprocess.Popen(
                ("parec", "--device=spk.monitor", "--latency-msec=20", *form),
                stdout=sound,
                env=self.environment,
            )
            try:
                while not into.stat().st_size:
                    assert recorder.poll() is None
                    sleep(_STEP_S)
                yield
                sleep(5 * _STEP_S)
            finally:
                _end(recorder)

    @contextmanager
    def running(self, program: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
        """One of `programs`, once it printed `ready`; ended with the context if it still runs."""
        child = subprocess.Popen(
            (sys.executable, "-m", f"tests.device.programs.{program}", *map(str, arguments)),
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert child.stdout is not None
            assert child.stdout.readline().strip() == "ready"
            yield child
        finally:
            _end(child)

    def told_by(self, program: str, *arguments: object) -> dict[str, Any]:
        """The object that one of `programs` prints at its end."""
        with self.running(program, *arguments) as child:
            return told(child)

    @contextmanager
    def studio(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """The `studio` command on a machine that has this card; ended with the context."""
        child = subprocess.Popen(
            (sys.executable, "-m", "studio", *arguments),
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield child
        finally:
            _end(child)

    def _sink(self, side: Side) -> str:
        return _SINK.format(name=_SINKS[side], rate_hz=self.rate_hz, channels=self._channels)

    def _listed(self, kind: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = json.loads(
            self._run("pactl", "--format=json", "list", kind).stdout
        )
        return listed

    def _load(self, *module: str) -> int:
        """Load a module; returns its number."""
        done = self._run("pactl", "load-module", *module)
        assert done.returncode == 0, done.stderr.decode()
        return int(done.stdout)

    def _run(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, env=self.environment, capture_output=True, check=False)

    def _signal(self, number: signal.Signals) -> None:
        if self._daemon is not None and self._daemon.poll() is None:
            self._daemon.send_signal(number)


def told(child: subprocess.Popen[str]) -> dict[str, Any]:
    """End a program's standard input and read the object that it prints then."""
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    values: dict[str, Any] = json.loads(output)
    return values


def noise(seconds: float, rate_hz: int = 24_000, seed: int = 7) -> NDArray[np.int16]:
    """Sound in which every position can be told from every other, and no sample is zero."""
    random = np.random.default_rng(seed)
    count = int(seconds * rate_hz)
    loudness = random.integers(1_000, 9_000, count, np.int16)
    return np.where(random.integers(0, 2, count) == 1, loudness, -loudness)


def _end(child: subprocess.Popen[Any]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_LEAVING_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()
