import { ConnectorError } from '#sdk';
import type { Connected } from '../connected.js';
import { componentsOf } from '../manifest/load.js';
import { isComponent } from '../manifest/text.js';

/** Reads a first record of the streams that the manifest names for it; that there is none is no fault, a place that is not met is. */
export async function checkManifest(connected: Connected, note: (text: string) => void): Promise<void> {
  const check = isComponent(connected.manifest.root['check']) ? connected.manifest.root['check'] : {};
  const streams = await connected.streams();
  const dynamic = await connected.dynamic();
  const wanted: string[] = [];
  if (check['type'] === 'CheckDynamicStream') {
    const count = Number(check['stream_count'] ?? 0);
    if (streams.size === 0)
      throw new ConnectorError('config', 'The API offers no stream.', { hint: 'Look at what the credential may see.' });
    if (check['use_check_availability'] !== false) wanted.push(...[...streams.keys()].slice(0, count));
  } else {
    wanted.push(...((check['stream_names'] ?? []) as readonly unknown[]).map(String));
    for (const rule of componentsOf(check['dynamic_streams_check_configs'])) {
      const name = String(rule['dynamic_stream_name']);
      const made = dynamic.get(name);
      if (made === undefined)
        throw new ConnectorError(
          'config',
          `The manifest checks the dynamic stream "${name}", which it does not have.`,
          { hint: `It has: ${[...dynamic.keys()].join(', ')}.` },
        );
      const count = rule['stream_count'];
      wanted.push(...(count === undefined ? made : made.slice(0, Number(count))));
    }
  }
  for (const name of wanted) {
    const stream = streams.get(name);
    if (stream === undefined)
      throw new ConnectorError('config', `The manifest checks the stream "${name}", which it does not have.`, {
        hint: `It has: ${[...streams.keys()].join(', ')}.`,
      });
    const sightings = stream.sightings();
    for await (const step of stream.read({ state: undefined, sightings }))
      if (step.kind === 'page' && step.page.records.length > 0) break;
    const fault = sightings.fault();
    if (fault !== undefined) throw fault;
    for (const warning of sightings.warnings()) note(warning);
  }
}
