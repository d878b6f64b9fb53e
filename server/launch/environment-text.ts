/** The variables of a service as systemd writes and reads them, which is not what a shell would make of them. */
type Variables = Record<string, string>;

/** `NAME=`, then texts in quotation marks, then what has none, up to the end of the line; a backslash joins it with the next. */
const ASSIGNMENT =
  /^[^\S\n]*([^\s=#;][^=\n]*?)[^\S\n]*=[^\S\n]*((?:(?:'[^']*'|"(?:\\[\s\S]|[^"\\])*")[^\S\n]*)*)((?:\\[\s\S]|[^\n\\])*)$/gm;
const QUOTED = /'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"/g;

/** @param text of a file that `EnvironmentFile=` of a unit names @returns its variables; of those that stand there twice the last */
export function parseEnvironmentFile(text: string): Variables {
  const variables: Variables = {};
  for (const [, name, quoted, plain] of text.replaceAll('\r\n', '\n').matchAll(ASSIGNMENT)) {
    const texts = [...quoted!.matchAll(QUOTED)].map(([, single, double]) => single ?? unescapeInQuotes(double!));
    variables[name!] = texts.join('') + unescapePlain(plain!).trimEnd();
  }
  return variables;
}

/** A backslash stays in front of what means nothing there. */
function unescapeInQuotes(text: string): string {
  return text.replace(/\\([\s\S])/g, (whole, one: string) => (one === '\n' ? '' : /["\\`$]/.test(one) ? one : whole));
}

function unescapePlain(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, one: string) => (one === '\n' ? '' : one));
}

const ITEM = /\$?"((?:\\[\s\S]|[^"\\])*)"|\$?'((?:\\[\s\S]|[^'\\])*)'|(\S+)/g;

/** @param shown what `systemctl show` prints as `Environment`: one item for each variable, in quotation marks where it has to be */
export function parseEnvironmentProperty(shown: string): Variables {
  const items = [...shown.matchAll(ITEM)].map(
    ([, double, single, plain]) => plain ?? unescapeShown((double ?? single)!),
  );
  return Object.fromEntries(
    items
      .filter(item => item.includes('='))
      .map(item => [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1)]),
  );
}

const CONTROLS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

function unescapeShown(text: string): string {
  return text.replace(/\\(?:([0-7]{3})|x([0-9a-f]{2})|([\s\S]))/gi, (_, octal?: string, hex?: string, one?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return hex === undefined ? (CONTROLS[one!] ?? one!) : String.fromCharCode(Number.parseInt(hex, 16));
  });
}
