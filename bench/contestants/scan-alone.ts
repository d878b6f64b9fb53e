// The inventory scanner by itself, over generated rows of one kind:  scan-alone.ts KIND [MIB] [TIMES]
// Prints the median of the CPU seconds that a GiB takes, and the rows that it counted.
import process from 'node:process';
import { InventoryScanner } from '../../cli/dump-parser/inventory-scanner.ts';
import { KINDS, scannedRows } from '../rows/scanned-rows.ts';

const [kind = '', mib = '64', times = '7'] = process.argv.slice(2);
if (!(kind in KINDS)) throw new Error(`no kind of rows ${kind}, only ${Object.keys(KINDS).join(', ')}`);
const MIB = 1024 ** 2;
const PIECE = MIB; // as the zip stage reads

const dump = scannedRows(kind as keyof typeof KINDS, Number(mib) * MIB);
const seconds: number[] = [];
let rows = 0;
for (let i = 0; i < Number(times); i += 1) {
  const scanner = new InventoryScanner();
  const before = process.cpuUsage();
  for (let at = 0; at < dump.length; at += PIECE) scanner.scan(dump.subarray(at, at + PIECE));
  ({ rows } = scanner.end());
  const { user, system } = process.cpuUsage(before);
  seconds.push((((user + system) / 1e6) * 1024 * MIB) / dump.length);
}
const median = seconds.toSorted((a, b) => a - b)[seconds.length >> 1]!;
console.log(JSON.stringify({ kind, secondsPerGib: Number(median.toFixed(3)), rows, bytes: dump.length }));
