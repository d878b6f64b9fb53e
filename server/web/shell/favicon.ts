/** @param attention how much needs someone @returns the icon of the tab, which shows that number above 0; no file, and no request */
export function favicon(attention: number): string {
  const count = attention > 99 ? '99+' : String(attention);
  const size = [0, 11, 9, 7][count.length];
  const badge =
    attention > 0
      ? `<circle cx='10' cy='10' r='6' fill='#c62828'/><text x='10' y='13.500' font-family='sans-serif' font-weight='bold' font-size='${size}' text-anchor='middle' fill='#fff'>${count}</text>`
      : `<path d='M5.500 9.500 8 12l3.500-5' fill='none' stroke='#fff' stroke-width='1.500'/>`;
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path d='M8 1 15 6v9H1V6Z' fill='#1b5e4b'/>${badge}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
