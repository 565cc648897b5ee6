"""What a browser can say of a page: scripts whose value is a list of faults."""

from __future__ import annotations

PLAYERS = """
Promise.all([...document.querySelectorAll('audio')].map((player) => new Promise((done) => {
  player.preload = 'metadata';
  if (player.readyState) return done(player.duration > 0 ? '' : 'no length');
  player.onloadedmetadata = () => done(player.duration > 0 ? '' : 'no length');
  player.onerror = () => done(player.error.message);
  player.load();
}))).then((told) => told.filter((each) => each))
"""
"""What hinders the players of the page from playing."""

UNNAMED = """
[...document.querySelectorAll('section, article, nav, audio, svg[role], a, table th')]
  .filter((each) => !each.ariaLabel && !each.getAttribute('aria-labelledby'))
  .filter((each) => !each.textContent.trim())
  .map((each) => each.outerHTML.slice(0, 80))
"""
"""Elements that a screen reader has no name for."""

FAINT = """
(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((each) => each / 255)
    .map((each) => (each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const color = channels(getComputedStyle(node).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const node of document.querySelectorAll('body *')) {
    const words = [...node.childNodes].some((each) => each.nodeType === 3 && each.data.trim());
    if (!words || node.closest('title')) continue;
    const style = getComputedStyle(node);
    const isDrawn = node.namespaceURI.endsWith('svg');
    const [a, b] = [light(channels(isDrawn ? style.fill : style.color)), light(behind(node))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faint.push(`${node.textContent.slice(0, 30)}: ${contrast.toFixed(2)}`);
  }
  return faint;
})()
"""
"""Texts of the page whose contrast to what is behind them is below 4.5."""
