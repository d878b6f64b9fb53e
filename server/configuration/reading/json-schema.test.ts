import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { CHANNELS } from '../channels/all-channels.ts';
import { describedKeys, jsonSchema } from './json-schema.ts';
import { readConfiguration } from './read-configuration.ts';
import { ROOT } from './root-schema.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');

// biome-ignore lint/suspicious/noExplicitAny: a test looks into it as it is.
type JsonObject = any;

describe('the JSON Schema of lumbung.yaml', () => {
  it('is the one that ships, made from what the service checks', async () => {
    const shipped = JSON.parse(await readFile(join(REPOSITORY, 'docs/reference/lumbung.schema.json'), 'utf8'));
    expect(shipped).to.deep.equal(JSON.parse(JSON.stringify(jsonSchema())));
  });

  it('has each key that the service knows, and no other', () => {
    const { properties } = jsonSchema() as { properties: Record<string, JsonObject> };
    expect(Object.keys(properties)).to.deep.equal(Object.keys(ROOT.fields));
    expect(properties.groups.additionalProperties.required).to.deep.equal([]);
    const types = properties.channels.additionalProperties.anyOf;
    expect(types.map((type: JsonObject) => type.properties.type.const)).to.deep.equal(Object.keys(CHANNELS));
    expect(Object.keys(types[0].properties)).to.include.members(['host', 'password', 'password_file', 'smtp_url_file']);
    expect(properties.quiet_hours.required).to.deep.equal(['from', 'to']);
  });

  it('says of each key what it means', () => {
    const silent = describedKeys().filter(
      ({ about, type, path }) => about === '' && !(type && path === 'channels.NAME'),
    );
    expect(silent.map(({ path }) => path)).to.deep.equal([]);
  });
});

describe('lumbung.example.yaml', () => {
  it('is valid, and has each key of the top at least once', async () => {
    const path = join(REPOSITORY, 'lumbung.example.yaml');
    const text = await readFile(path, 'utf8');
    const result = await readConfiguration(text, { path, env: { SMTP_PASSWORD: 'p%40ss' } });
    if ('mistakes' in result) throw new Error(result.mistakes.join('\n'));
    const { configuration } = result;
    expect(configuration.groups.acme!.digest).to.deep.include({ weekday: 'monday', language: 'id' });
    expect(configuration.channels.ops).to.include({ type: 'mail', password: 'p@ss' });
    expect(Object.keys(configuration.retention.policies)).to.deep.equal(['default', 'long']);
    const keys = Object.keys(parse(text));
    const commented = [...text.matchAll(/^# (\w+):$/gm)].map(([, key]) => key!);
    expect([...keys, ...commented, 'alarms']).to.have.members(Object.keys(ROOT.fields));
  });
});
