"""What a page must hold in a browser, as JavaScript that lists what is wrong."""
# Elements that leave a window of so many pixels, but for what lies in a box that scrolls by itself.
OUTSIDE = """[...document.querySelectorAll('body *')].filter(e => !e.parentElement.closest('.wide')).filter(e => {
  const box = e.getBoundingClientRect();
  return box.left < -0.5 || box.right > %d + 0.5;
}).map(e => e.tagName + ': ' + e.textContent.slice(0, 40))"""
# Labels in drawings whose boxes overlap, and those that leave their drawing by more than 1.5 CSS pixels.
COLLISIONS = """(() => {
  const found = [];
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
    texts.forEach(([words, box], i) => {
      if (box.left < frame.left - 1.5 || box.right > frame.right + 1.5 || box.bottom > frame.bottom + 1.5)
        found.push('outside: ' + words);
      texts.slice(i + 1).forEach(([other, b]) => {
        const wide = Math.min(box.right, b.right) - Math.max(box.left, b.left);
        const high = Math.min(box.bottom, b.bottom) - Math.max(box.top, b.top);
        if (wide > 0.5 && high > 0.5) found.push(words + ' / ' + other);
      });
    });
  }
  return found;
})()"""
# Every text's colour against the page's: WCAG 2's contrast ratio, the least first.
CONTRAST = """(() => {
  const part = c => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number);
                          return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b); };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const ratios = [...document.querySelectorAll('p, td, th, dt, dd, a, summary, figcaption, svg text')].map(e => {
    const style = getComputedStyle(e), ink = light(e.closest('svg') ? style.fill : style.color);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05); });
  return Math.min(...ratios);
})()"""
