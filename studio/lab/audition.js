"use strict";
(() => {
  const list = document.getElementById("voices");
  const said = document.getElementById("said");
  const matched = document.getElementById("matched");
  const blind = document.getElementById("blind");
  const original = [...list.children];
  const players = new Map();
  let order = original;
  let context = null;
  let current = null;
  let before = null;

  document.querySelectorAll(".needs-script").forEach((each) => { each.hidden = false; });

  const gainOf = (voice) => (matched.checked ? Number(voice.dataset.gain) : 1);

  // A gain above one is beyond an element's own volume: sound goes through a node for it.
  const wire = (voice) => {
    const player = players.get(voice);
    if (!context) context = new AudioContext();
    if (context.state === "suspended") context.resume();
    if (!player.node) {
      player.node = context.createGain();
      context.createMediaElementSource(player.audio).connect(player.node).connect(context.destination);
    }
    player.node.gain.value = gainOf(voice);
  };

  const starts = (voice) => voice.dataset.starts.trim().split(/\s+/).map(Number);

  // The same place is the same part of the same line: voices differ in pace.
  const place = (voice) => {
    const at = players.get(voice).audio.currentTime;
    const marks = starts(voice);
    let line = 0;
    while (line < marks.length - 2 && at >= marks[line + 1]) line += 1;
    const length = marks[line + 1] - marks[line];
    return { line, share: length > 0 ? Math.min(1, (at - marks[line]) / length) : 0 };
  };
  const timeOf = (voice, { line, share }) => {
    const marks = starts(voice);
    if (line > marks.length - 2) return 0;
    return marks[line] + share * (marks[line + 1] - marks[line]);
  };

  const play = (voice, at) => {
    const player = players.get(voice);
    if (!player) return;
    if (at !== undefined) player.audio.currentTime = at;
    player.audio.play();
  };

  const label = (voice) => `Voice ${order.indexOf(voice) + 1}`;

  original.forEach((voice) => {
    const audio = voice.querySelector("audio");
    if (audio) {
      players.set(voice, { audio, node: null });
      audio.addEventListener("play", () => {
        wire(voice);
        players.forEach((other, each) => { if (each !== voice) other.audio.pause(); });
        original.forEach((each) => each.classList.toggle("playing", each === voice));
        if (current !== voice) [before, current] = [current, voice];
        said.textContent = `${label(voice)} plays`;
      });
      audio.addEventListener("pause", () => voice.classList.remove("playing"));
    }
    const stars = voice.querySelector(".stars");
    voice.querySelectorAll("input[type=radio]").forEach((radio) => {
      radio.addEventListener("change", () => {
        const count = Number(radio.value);
        const most = voice.querySelectorAll("input[type=radio]").length - 1;
        stars.textContent = "★".repeat(count) + "☆".repeat(most - count);
        stars.setAttribute("aria-label", `${count} of ${most} stars`);
      });
    });
  });

  const swap = () => {
    if (!current || !before) {
      said.textContent = "Play two voices first";
      return;
    }
    const at = timeOf(before, place(current));
    play(before, at);
  };

  const number = () => {
    order.forEach((voice, at) => {
      voice.querySelector(".place").textContent = at + 1;
      const player = players.get(voice);
      if (player) player.audio.setAttribute("aria-label", `Voice ${at + 1}`);
    });
  };

  const shuffled = (all) => {
    const mixed = [...all];
    for (let at = mixed.length - 1; at > 0; at -= 1) {
      const other = crypto.getRandomValues(new Uint32Array(1))[0] % (at + 1);
      [mixed[at], mixed[other]] = [mixed[other], mixed[at]];
    }
    return mixed;
  };

  blind.addEventListener("click", () => {
    const hidden = !document.body.classList.contains("blind");
    document.body.classList.toggle("blind", hidden);
    // Once names are shown, voices stay where they were judged.
    if (hidden) order = shuffled(original);
    order.forEach((voice) => list.append(voice));
    document.querySelectorAll(".hideable").forEach((each) => {
      each.setAttribute("aria-hidden", String(hidden));
    });
    blind.setAttribute("aria-pressed", String(hidden));
    blind.textContent = hidden ? "Reveal the names" : "Judge blindly";
    number();
    said.textContent = hidden ? "Names are hidden, voices in another order" : "Names are shown";
  });

  matched.addEventListener("change", () => {
    players.forEach((player, voice) => { if (player.node) player.node.gain.value = gainOf(voice); });
  });
  document.getElementById("swap").addEventListener("click", swap);

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input[type=text], audio, button, a, label, input");
    if (event.ctrlKey || event.metaKey || event.altKey || (typing && event.target.type === "text")) return;
    if (/^[1-9]$/.test(event.key)) {
      play(order[Number(event.key) - 1], 0);
    } else if (event.key === " " && !typing && current) {
      const { audio } = players.get(current);
      if (audio.paused) audio.play(); else audio.pause();
    } else if (event.key.toLowerCase() === "x") {
      swap();
    } else {
      return;
    }
    event.preventDefault();
  });
})();
