/** Brings a part of the page up to date from the server, without losing what somebody is typing. */

/** Fetches this page again and puts the element with `id` in place of the one shown; false where that failed. */
export async function refresh(id: string): Promise<boolean> {
  const shown = document.getElementById(id);
  if (!shown || isBusy(shown)) return false;
  try {
    const answer = await fetch(location.href, {
      headers: { Accept: "text/html" },
      signal: AbortSignal.timeout(15_000),
    });
    if (!answer.ok || answer.redirected) return false;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
    if (!fresh || isBusy(shown)) return false;
    shown.replaceWith(document.adoptNode(fresh));
    return true;
  } catch {
    // The network is away: what is shown stays, and the notice of the lost connection is shown beside it.
    return false;
  }
}

/** Somebody is typing in it, or has opened a form. */
function isBusy(shown: HTMLElement): boolean {
  return shown.querySelector("details[open], :focus:is(input, textarea, select)") !== null;
}
