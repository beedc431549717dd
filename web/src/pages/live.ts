/** One stream of news for all tabs of the browser: one tab listens and tells the others. */

export type LiveEvent = { kind: string; object_id: string; urgency: string; by_person_id: string };
export type News = { event: LiveEvent } | { connected: boolean };

const NAME = "consilium-live";

/**
 * Tells `hear` of every event, and whether the stream stands; returns its remover.
 *
 * Over HTTP/1.1 a browser opens six connections a host: a stream in each tab would leave none for the images. So the
 * tab that holds the lock listens, and the next one takes over when it is closed.
 */
export function followNews(url: string, hear: (news: News) => void): () => void {
  const gone = new AbortController();
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = (message: MessageEvent<News>) => hear(message.data);
  const tell = (news: News): void => {
    hear(news);
    channel.postMessage(news);
  };
  const listen = (): Promise<void> => listenUntil(url, tell, gone.signal);
  // Outside of a secure context (plain HTTP on a hospital's network) there are no locks: then each tab listens.
  const listening = "locks" in navigator ? navigator.locks.request(NAME, { signal: gone.signal }, listen) : listen();
  listening.catch((reason: unknown) => {
    if (!gone.signal.aborted) throw reason;
  });
  return () => {
    gone.abort();
    channel.close();
  };
}

function listenUntil(url: string, tell: (news: News) => void, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const source = new EventSource(url);
    source.onopen = () => tell({ connected: true });
    source.onerror = () => tell({ connected: false });
    source.onmessage = (message: MessageEvent<string>) => tell({ event: JSON.parse(message.data) as LiveEvent });
    gone.addEventListener("abort", () => {
      source.close();
      resolve();
    });
  });
}
