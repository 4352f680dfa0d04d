// What a page cannot do alone: say that it is sending, keep what was typed when the network fails,
// copy a text, close a menu. Everything else is HTML; without this file every page still works.

const SIGN_IN = "/sign-in/";

/** A random UUID, also where crypto.randomUUID is missing (before Chrome 92 and iOS 15.4). */
function uuid() {
  if (typeof crypto.randomUUID === "function") {
    return crypto.randomUUID();
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex);
}

function announce(text) {
  const region = document.getElementById("announce");
  if (region) {
    region.textContent = "";
    window.setTimeout(() => { region.textContent = text; }, 50);
  }
}

// --- entries: one key for each opened form, so that a double tap or a resend stays one entry ---

function openEntries(root) {
  root.querySelectorAll("form[data-entry]").forEach((form) => {
    if (!form.dataset.opened) {
      form.querySelectorAll("input[name$=entry_key]").forEach((key) => { key.value = uuid(); });
      form.dataset.opened = "yes";
    }
  });
}

function stampTime(form) {
  const field = form.elements.namedItem("phone_at");
  // The moment of the first press counts; a resend keeps it.
  if (field && !field.value) {
    field.value = new Date().toISOString();
  }
}

// --- sending: the buttons of a form wait, visibly, until the answer is here ---

function buttonsOf(form) {
  return Array.from(form.querySelectorAll("button[type=submit], button:not([type])"))
    .filter((button) => !button.hasAttribute("data-never"));
}

function setBusy(form, pressed) {
  form.dataset.sending = "yes";
  form.classList.remove("is-unsent");
  buttonsOf(form).forEach((button) => {
    button.disabled = true;
    if (button === pressed) {
      button.setAttribute("aria-busy", "true");
      if (button.dataset.busy) {
        button.dataset.text = button.innerHTML;
        button.textContent = button.dataset.busy;
      }
    }
  });
}

function setReady(form) {
  delete form.dataset.sending;
  buttonsOf(form).forEach((button) => {
    button.disabled = false;
    button.removeAttribute("aria-busy");
    if (button.dataset.text) {
      button.innerHTML = button.dataset.text;
      delete button.dataset.text;
    }
  });
}

/** The form that htmx is sending: itself, or through a button with an address of its own. */
function formOf(event) {
  const element = event.detail && event.detail.elt;
  const form = element instanceof HTMLButtonElement ? element.form : element;
  return form instanceof HTMLFormElement && form.method === "post" ? form : null;
}

function pressedIn(form) {
  return form.lastPressed || buttonsOf(form).find((button) => !button.disabled);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button && button.form && button.type === "submit") {
    button.form.lastPressed = button;
  }
}, true);

document.addEventListener("htmx:configRequest", (event) => {
  const form = formOf(event);
  if (!form) {
    return;
  }
  stampTime(form);
  const field = form.elements.namedItem("phone_at");
  if (field) {
    event.detail.parameters.set("phone_at", field.value);
  }
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = formOf(event);
  if (form) {
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    setBusy(form, pressedIn(form));
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = formOf(event);
  if (!form || !form.dataset.sending) {
    return;
  }
  setReady(form);
  const status = event.detail.xhr ? event.detail.xhr.status : 0;
  // No answer, or one that says nothing about the entry: it stays here, to be sent again.
  if (status === 0 || (status >= 400 && status !== 409 && status !== 422)) {
    form.classList.add("is-unsent");
    const retry = form.querySelector("[data-retry]");
    if (retry) {
      retry.focus();
    }
  }
});

// The session is over: go to the sign-in page instead of showing it inside a card.
document.addEventListener("htmx:beforeSwap", (event) => {
  const answered = event.detail.xhr.responseURL || "";
  if (answered.includes(SIGN_IN) && !location.pathname.startsWith(SIGN_IN)) {
    event.detail.shouldSwap = false;
    location.href = `${SIGN_IN}?next=${encodeURIComponent(location.pathname + location.search)}`;
  }
});

document.addEventListener("click", (event) => {
  const retry = event.target.closest("[data-retry]");
  const pressed = retry && pressedIn(retry.closest("form"));
  if (pressed) {
    pressed.click();
  }
});

// A form that could not be opened, a list that could not be loaded: say so, and keep the page.
document.addEventListener("htmx:sendError", (event) => {
  const notice = document.getElementById("offline-notice");
  const messages = document.getElementById("messages");
  if (!formOf(event) && notice && messages) {
    messages.replaceChildren
      ? messages.replaceChildren(notice.content.cloneNode(true))
      : messages.appendChild(notice.content.cloneNode(true));
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) {
    return;
  }
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  stampTime(form);
  // A disabled button would not be sent: wait until the browser has gathered the fields.
  window.setTimeout(() => {
    if (!event.defaultPrevented) {
      setBusy(form, pressedIn(form));
    }
  }, 0);
}, true);

// Back from the next page: the form as it was must be usable again, as a new entry.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    document.querySelectorAll("form").forEach((form) => {
      setReady(form);
      delete form.dataset.opened;
    });
    openEntries(document);
  }
});

// --- after a swap: new forms get their key, the reader's place is kept ---

document.addEventListener("htmx:afterSettle", (event) => {
  openEntries(event.target.parentElement || document);
  const place = document.querySelector("[data-focus]");
  if (place) {
    place.removeAttribute("data-focus");
    place.focus({ preventScroll: place.id === "progress" });
  }
});

// --- ticked choices look ticked ---

document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=checkbox], input[type=radio]")) {
    const group = event.target.closest("fieldset") || document;
    group.querySelectorAll(".check").forEach((label) => {
      const input = label.querySelector("input");
      label.classList.toggle("check-on", Boolean(input && input.checked));
    });
  }
  if (event.target.matches("[data-send-on-change]")) {
    event.target.form.requestSubmit ? event.target.form.requestSubmit() : event.target.form.submit();
  }
});

// --- copy ---

async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (refused) {
      // Some web views have the interface and refuse it: the old way is below.
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("readonly", "");
  area.className = "visually-hidden";
  document.body.appendChild(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) {
    return;
  }
  const source = document.querySelector(button.dataset.copy);
  const copied = source && (await copyText(source.value || source.textContent.trim()));
  const said = copied ? button.dataset.copied : button.dataset.uncopied;
  const label = button.querySelector("[data-copy-label]") || button;
  const before = label.textContent;
  label.textContent = said;
  announce(said);
  window.setTimeout(() => { label.textContent = before; }, 2500);
});

// --- menus close when the reader goes elsewhere ---

document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  });
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }
});

document.addEventListener("click", (event) => {
  const print = event.target.closest("[data-print]");
  if (print) {
    window.print();
  }
});

openEntries(document);
