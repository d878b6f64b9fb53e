/** Adds a button to each command that copies it. Without a clipboard, as over HTTP, it selects the command. */
function addButtons() {
  for (const box of document.querySelectorAll('.command:not(:has(button))')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = box.dataset.copy;
    button.addEventListener('click', () => copy(box, button));
    box.append(button);
  }
}

async function copy(box, button) {
  const code = box.querySelector('code');
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = box.dataset.copied;
    setTimeout(() => {
      button.textContent = box.dataset.copy;
    }, 2000);
  } catch {
    getSelection().selectAllChildren(code);
  }
}

addButtons();
// The live update puts new content into the page.
new MutationObserver(addButtons).observe(document.body, { childList: true, subtree: true });
