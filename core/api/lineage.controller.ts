import { Controller, Get, Inject, NotFoundException, Param, Query } from '@nestjs/common';
import { Needs } from './access.js';
import { Answers, Parameters } from './answers.js';
import { LEDGER, LINEAGE } from './answer-forms.js';
import { HOST_SERVICES, type HostServices, type LineageFilter } from './host-services.js';
import { PAGE_PARAMETERS, pageQueryOf } from './page-query.js';
import type { RunRecord } from '../persistence/run-store.js';

const PARAMETERS = { stream: { type: 'string' }, ...PAGE_PARAMETERS };

/** What fed which table, and the balance of a run, as the destination has committed them. */
@Controller('api')
@Needs('status:read')
export class LineageController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  @Get('connections/:name/lineage')
  @Answers('Files and windows that fed the tables of a connection, the latest first.', LINEAGE, 400, 404, 503)
  @Parameters(PARAMETERS)
  async ofConnection(@Param('name') name: string, @Query() query: Record<string, unknown>): Promise<object> {
    if (!this.services.connections.some((one) => one.name === name))
      throw new NotFoundException(`There is no connection "${name}".`);
    return this.page({ connection: name }, query);
  }

  @Get('runs/:id/lineage')
  @Answers('Files and windows that a run committed, the latest first.', LINEAGE, 400, 404, 503)
  @Parameters(PARAMETERS)
  async ofRun(@Param('id') id: string, @Query() query: Record<string, unknown>): Promise<object> {
    const { connection } = await this.known(id);
    return this.page({ connection, run: id }, query);
  }

  @Get('runs/:id/ledger')
  @Answers('The balance of each stream of a run, from the checkpoints that were committed.', LEDGER, 404, 503)
  async ledger(@Param('id') id: string): Promise<object> {
    const { connection } = await this.known(id);
    return { run: id, connection, streams: await this.services.ledger(connection, id) };
  }

  private async page(of: Pick<LineageFilter, 'connection' | 'run'>, query: Record<string, unknown>): Promise<object> {
    const { limit, after, rest } = pageQueryOf(query, 'stream');
    // One more than asked for tells whether there is a page after.
    const found = await this.services.lineage({
      ...of,
      limit: limit + 1,
      ...(rest['stream'] === undefined ? {} : { stream: rest['stream'] }),
      ...(after === undefined ? {} : { before: after }),
    });
    const lineage = found.slice(0, limit);
    return { lineage, next: found.length > limit ? String(lineage.at(-1)!.id) : null };
  }

  private async known(id: string): Promise<RunRecord> {
    const run = await this.services.runs.get(id);
    if (run === undefined) throw new NotFoundException(`There is no run "${id}".`);
    return run;
  }
}
