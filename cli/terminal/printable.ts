/** @returns the text without what a server may have put into it to steer a terminal; lines and tabulators stay */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '�');
}
