import { Controller, Get, Inject, NotFoundException, Param } from '@nestjs/common';
import { z } from 'zod';
import type { RunEvent } from '../persistence/run-store.js';
import type { EngineEvent } from '../protocol/index.js';
import { Needs } from './access.js';
import { Answers } from './answers.js';
import { CATALOG_STREAM, catalogStreamForm } from './catalog-stream.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';

const CATALOG = z.strictObject({
  connection: z.string(),
  streams: z.array(CATALOG_STREAM.extend({ is_read: z.boolean().describe('The connection reads it.') })),
});

const CHANGES = z.strictObject({
  connection: z.string(),
  changes: z.array(
    z.strictObject({
      at: z.string().meta({ format: 'date-time' }),
      run: z.string(),
      stream: z.string(),
      applied: z.boolean().describe('False: the rule of the stream did not allow it.'),
      added: z.array(z.string()),
      removed: z.array(z.string()),
      retyped: z.array(z.strictObject({ name: z.string(), from: z.string(), to: z.string() })),
      loosened: z.array(z.string()).describe('May be null from then on.'),
    }),
  ),
});

const MOST_CHANGES = 100;

/** What a source offers, and how the columns of a connection's tables have changed. */
@Controller('api/connections/:name')
export class CatalogController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  /** Asks the source, which costs calls of its API. */
  @Get('catalog')
  @Needs('runs:manage')
  @Answers('The streams that the source of the connection offers now, with their columns.', CATALOG, 404, 503)
  async catalog(@Param('name') name: string): Promise<object> {
    const read = this.known(name).streams;
    const streams = (await this.services.catalog(name)).map((offered) => ({
      ...catalogStreamForm(offered),
      is_read: read.includes(offered.name),
    }));
    return { connection: name, streams };
  }

  @Get('schema-changes')
  @Needs('status:read')
  @Answers('How columns have changed, the latest first.', CHANGES, 404)
  async changes(@Param('name') name: string): Promise<object> {
    this.known(name);
    const events = await this.services.runs.schemaChanges(name, MOST_CHANGES);
    return { connection: name, changes: events.map(changeForm) };
  }

  private known(name: string) {
    const found = this.services.connections.find((one) => one.name === name);
    if (found === undefined) throw new NotFoundException(`There is no connection "${name}".`);
    return found;
  }
}

type Changed = Omit<Extract<EngineEvent, { type: 'schema_changed' }>, 'type'>;

function changeForm({ at, run, data }: RunEvent): object {
  const { stream, applied, change } = data as Changed;
  return {
    at,
    run,
    stream,
    applied,
    added: change.added.map(({ name }) => name),
    removed: change.removed,
    retyped: change.retyped.map(({ name, from, to }) => ({ name, from: from.type, to: to.type })),
    loosened: change.loosened,
  };
}
