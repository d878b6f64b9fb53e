/** How long the work of one turn of the event loop may take before the loop turns. */
const SLICE_MS = 10;

let began: number | undefined;
const waiting: Array<() => void> = [];

/**
 * Long work calls this between two of its pieces: it waits until the event loop has turned, so that everyone else is
 * answered, unless this turn has only just begun. Of all who wait one goes on in each turn, in the order in which they came.
 */
export function nextTurn(): Promise<void> {
  if (began === undefined) begin();
  else if (waiting.length > 0 || performance.now() - began > SLICE_MS)
    return new Promise(resolve => waiting.push(resolve));
  return Promise.resolve();
}

function begin(): void {
  began = performance.now();
  setImmediate(turn);
}

function turn(): void {
  began = undefined;
  const next = waiting.shift();
  if (!next) return;
  begin();
  next();
}
