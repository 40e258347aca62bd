import {
  BadRequestException,
  Controller,
  Get,
  Headers,
  Inject,
  NotFoundException,
  type OnModuleDestroy,
  Param,
  Query,
  Res,
} from '@nestjs/common';
import type { Response } from 'express';
import type { RunRecord } from '../persistence/run-store.js';
import { Needs } from './access.js';
import { Answers, AnswersEventStream, Parameters } from './answers.js';
import { RUN, RUN_EVENTS, RUN_LOGS, RUNS } from './answer-forms.js';
import { eventForm, runForm, snakeKeys } from './forms.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';
import { PAGE_PARAMETERS, pageQueryOf } from './page-query.js';
import { sendProblem } from './problem.filter.js';
import { LOG_LEVELS, readLog } from './run-logs.js';
import { cursorOf, DEFAULT_LIMIT, MAX_LIMIT, RUN_STATES, runFilterOf } from './run-query.js';
import { streamRun } from './run-stream.js';

/** Each asks the store once a second. */
export const MAX_OPEN_STREAMS = 50;

@Controller('api/runs')
@Needs('status:read')
export class RunsController implements OnModuleDestroy {
  private readonly stopping = new AbortController();
  private openStreams = 0;

  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  /** An open stream would keep the host from ending. */
  onModuleDestroy(): void {
    this.stopping.abort();
  }

  @Get()
  @Answers('The runs, the latest first; `next` is the `cursor` of the page after.', RUNS, 400)
  @Parameters({
    connection: { type: 'string' },
    state: { type: 'string', enum: [...RUN_STATES] },
    since: { type: 'string', description: 'Began then or later: a day in UTC, or an instant.' },
    limit: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
    cursor: { type: 'string', description: 'The `next` of the page before.' },
  })
  async list(@Query() query: Record<string, unknown>): Promise<object> {
    const filter = runFilterOf(query);
    // One more than asked for tells whether there is a page after.
    const found = await this.services.runs.list({ ...filter, limit: filter.limit + 1 });
    const runs = found.slice(0, filter.limit);
    return { runs: runs.map(runForm), next: found.length > runs.length ? cursorOf(runs.at(-1)!) : null };
  }

  @Get(':id')
  @Answers('One run with the outcome of its streams.', RUN, 404)
  async show(@Param('id') id: string): Promise<object> {
    return runForm(await this.known(id));
  }

  @Get(':id/events')
  @Answers('What happened in a run so far: its log.', RUN_EVENTS, 404)
  async events(@Param('id') id: string): Promise<object> {
    await this.known(id);
    return { events: (await this.services.runs.events(id)).map(eventForm) };
  }

  @Get(':id/logs')
  @Answers('The log of a run: its events as sentences with levels, the first first.', RUN_LOGS, 400, 404)
  @Parameters({
    level: { type: 'string', enum: [...LOG_LEVELS], default: 'info', description: 'This level and the graver ones.' },
    ...PAGE_PARAMETERS,
  })
  async logs(@Param('id') id: string, @Query() query: Record<string, unknown>): Promise<object> {
    const { limit, after, rest } = pageQueryOf(query, 'level');
    const level = LOG_LEVELS.find((one) => one === (rest['level'] ?? 'info'));
    if (level === undefined) throw new BadRequestException(`level must be one of ${LOG_LEVELS.join(', ')}.`);
    await this.known(id);
    const wanted = { level, limit: limit + 1, ...(after === undefined ? {} : { after }) };
    const found = await readLog(this.services.runs, id, wanted);
    const lines = found.slice(0, limit);
    return {
      lines: lines.map((line) => ({ ...line, data: snakeKeys(line.data as object) })),
      next: found.length > limit ? String(lines.at(-1)!.seq) : null,
    };
  }

  @Get(':id/stream')
  @AnswersEventStream(
    'The events of a run as they come, then `ended` with the run. `Last-Event-ID` resumes.',
    400,
    404,
    503,
  )
  async stream(
    @Param('id') id: string,
    @Headers('last-event-id') lastEvent: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const after = Number(lastEvent || 0);
    if (!Number.isInteger(after) || after < 0 || after > 2_147_483_647)
      throw new BadRequestException('Last-Event-ID must be the id of an event of this stream.');
    await this.known(id);
    if (this.openStreams >= MAX_OPEN_STREAMS) {
      response.setHeader('Retry-After', '10');
      const detail = `${MAX_OPEN_STREAMS} streams are open, and no more can be. Close one, or read /api/runs/ID/events.`;
      sendProblem(response, { status: 503, title: 'Service Unavailable', detail });
      return;
    }
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    this.openStreams += 1;
    try {
      const signal = AbortSignal.any([gone.signal, this.stopping.signal]);
      await streamRun(response, { runs: this.services.runs, run: id, after, signal });
    } finally {
      this.openStreams -= 1;
    }
  }

  private async known(id: string): Promise<RunRecord> {
    const run = await this.services.runs.get(id);
    if (run === undefined) throw new NotFoundException(`There is no run "${id}".`);
    return run;
  }
}
