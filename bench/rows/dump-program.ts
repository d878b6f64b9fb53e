import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTable, inserts, shareOf } from './row-text.ts';
import { TABLES } from './tables.ts';

const MIB = 1024 ** 2;
/** Statements of each table, of 1 MiB each; then they come again. By then any compressor has forgotten the first ones. */
const STATEMENTS = 24;
const HEAD =
  '-- MariaDB dump 10.19  Distrib 10.11.14-MariaDB, for debian-linux-gnu (x86_64)\n--\n' +
  '-- Host: 127.0.0.1    Database: generated\n-- ------------------------------------------------------\n' +
  '-- Server version\t10.11.14-MariaDB\n\n/*!40101 SET NAMES utf8mb4 */;\n';
const MARKER = '\n-- Dump completed on 2026-01-01  0:00:00\n';

/**
 * Makes a program in place of mysqldump: it answers questions as MariaDB's own does, and else writes a dump of generated
 * rows of about so many bytes to stdout. It is `cat` that writes them, so that it takes no time and no memory to speak of.
 * @param folder where the program and its rows go, 24 MiB for each table
 * @returns path of the program
 */
export async function dumpProgram(folder: string, { bytes, seed }: { bytes: number; seed: number }): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'head'), HEAD);
  await writeFile(join(folder, 'marker'), MARKER);
  const lines = ['#!/bin/sh', 'case "$*" in *--version*|*--help*) exec mariadb-dump "$@";; esac', `cd '${folder}'`];
  lines.push('again() { i=0; while [ $i -lt "$2" ]; do cat "$1"; i=$((i + 1)); done; }', 'cat head');
  for (const [at, table] of TABLES.entries()) {
    const wanted = shareOf(table, bytes);
    const kept = Math.min(STATEMENTS, Math.ceil(wanted / MIB));
    const rows = inserts(table, seed + at).take(kept);
    await writeFile(join(folder, table.name), rows);
    await writeFile(join(folder, `${table.name}.head`), `\n${createTable(table)};\n`);
    lines.push(`cat ${table.name}.head`, `again ${table.name} ${Math.max(1, Math.round(wanted / (kept * MIB)))}`);
  }
  const program = join(folder, 'dump');
  await writeFile(program, [...lines, 'cat marker', ''].join('\n'), { mode: 0o700 });
  return program;
}
