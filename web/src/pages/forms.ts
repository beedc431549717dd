/** Forms of the pages: what is wrong is shown first, and nothing is sent twice. */

/** Starts every form on the page; returns its remover. */
export function startForms(): () => void {
  document.querySelector<HTMLElement>("[data-focus]")?.focus();
  keepFragment();
  document.addEventListener("submit", sendOnce);
  window.addEventListener("pageshow", release);
  return () => {
    document.removeEventListener("submit", sendOnce);
    window.removeEventListener("pageshow", release);
  };
}

/** Browsers hand a fragment on through redirects, but not through the form of the login that stands between them. */
function keepFragment(): void {
  const login = document.querySelector<HTMLFormElement>("form[action='/login']");
  if (login !== null && window.location.hash !== "") login.action = `/login${window.location.hash}`;
}

function sendOnce(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
  if (form.dataset.sent === "yes") event.preventDefault();
  form.dataset.sent = "yes";
}

/** A page that comes back from the history can be sent again. */
function release(): void {
  for (const form of document.forms) delete form.dataset.sent;
}
