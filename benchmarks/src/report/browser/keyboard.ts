import type { Chart } from '../charts/chart.js';
import type { ChartElement } from './draw.js';

/**
 * With the arrow keys one goes from figure to figure of a chart, as with the pointer.
 * @returns where each is said, for those who do not see it
 */
export function readByKeyboard(svg: ChartElement, { title }: Chart): HTMLElement {
  const said = document.createElement('p');
  said.className = 'unseen';
  said.setAttribute('aria-live', 'polite');
  const marks = [...svg.querySelectorAll<SVGGraphicsElement>('.marks > *, [data-mark="bar"] > rect')];
  svg.setAttribute('tabindex', '0');
  svg.setAttribute('aria-roledescription', `chart; the arrow keys go through ${title}`);
  let at = -1;
  svg.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (step === undefined || marks.length === 0) return;
    event.preventDefault();
    at = (at + step + marks.length) % marks.length;
    pointAt(svg, marks[at]!);
    // The tip is drawn in the next frame.
    requestAnimationFrame(() => requestAnimationFrame(() => (said.textContent = tipOf(svg))));
  });
  svg.addEventListener('blur', () =>
    svg.dispatchEvent(new PointerEvent('pointerleave', { pointerType: 'mouse' })),
  );
  return said;
}

/** What the tip of a chart says, its lines in one; each begins with a space of no width. */
function tipOf(svg: ChartElement): string {
  const lines = svg.querySelectorAll('[aria-label="tip"] tspan, [data-mark="tip"] tspan');
  return [...lines].map(({ textContent }) => textContent.replace('\u200b', '')).join(' ');
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** The chart shows a figure when the pointer is at it; that of a bar is at its end. */
function pointAt(svg: ChartElement, mark: SVGGraphicsElement): void {
  const { right, left, top, bottom } = mark.getBoundingClientRect();
  const clientX = mark instanceof SVGRectElement ? right : (left + right) / 2;
  const clientY = (top + bottom) / 2;
  for (const type of ['pointerenter', 'pointermove']) {
    svg.dispatchEvent(new PointerEvent(type, { clientX, clientY, pointerType: 'mouse' }));
  }
}
