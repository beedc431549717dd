/** The one line that all pictures of the page come over: few at a time, and what moves goes before what only improves. */

export type Line = {
  /** Runs now or when there is room; `giveWay` is called when something more urgent needs the room. */
  run<Found>(
    urgency: number,
    work: () => Promise<Found>,
    stop: { signal: AbortSignal; giveWay(): void },
  ): Promise<Found>;
};

const MOST = 2;

type Waiting = { urgency: number; start(): void };
type Running = { urgency: number; giveWay(): void };

export function createLine(most = MOST): Line {
  const waiting: Waiting[] = [];
  const running = new Set<Running>();

  const admit = (): void => {
    if (running.size >= most || waiting.length === 0) return;
    const next = waiting.reduce((best, one) => (one.urgency > best.urgency ? one : best));
    waiting.splice(waiting.indexOf(next), 1);
    next.start();
  };

  const makeRoom = (urgency: number): void => {
    if (running.size < most) return;
    const least = [...running].reduce((low, one) => (one.urgency < low.urgency ? one : low));
    if (least.urgency < urgency) least.giveWay();
  };

  return {
    async run(urgency, work, { signal, giveWay }) {
      const me: Running = { urgency, giveWay };
      makeRoom(urgency);
      await new Promise<void>((resolve, reject) => {
        const mine: Waiting = {
          urgency,
          start() {
            running.add(me);
            resolve();
          },
        };
        waiting.push(mine);
        signal.addEventListener("abort", () => {
          const place = waiting.indexOf(mine);
          if (place < 0) return;
          waiting.splice(place, 1);
          reject(signal.reason);
        });
        admit();
      });
      try {
        signal.throwIfAborted();
        return await work();
      } finally {
        running.delete(me);
        admit();
      }
    },
  };
}
