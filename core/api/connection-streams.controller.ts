import { Controller, Get, Inject, NotFoundException, Param } from '@nestjs/common';
import { Needs } from './access.js';
import { Answers } from './answers.js';
import { STREAMS } from './answer-forms.js';
import { HOST_SERVICES, type ConnectionSummary, type HostServices, type StreamBookmark } from './host-services.js';

/** A run of some of the streams leaves the others where an earlier one had them. */
const RUNS_BACK = 20;

@Controller('api/connections/:name')
@Needs('status:read')
export class ConnectionStreamsController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  @Get('streams')
  @Answers('Each stream with the outcome of its last run and its bookmark.', STREAMS, 404)
  async streams(@Param('name') name: string): Promise<object> {
    const { streams } = this.known(name);
    const runs = await this.services.runs.list({ connection: name, limit: RUNS_BACK });
    const read = await this.services.bookmarks(name);
    const bookmarks: Readonly<Record<string, StreamBookmark>> = typeof read === 'string' ? {} : read;
    return {
      connection: name,
      bookmarks: typeof read === 'string' ? read : 'ok',
      streams: streams.map((stream) => {
        const run = runs.find((one) => Object.hasOwn(one.streams, stream));
        const last = run?.streams[stream];
        return {
          stream,
          state: last?.state ?? null,
          run: run?.id ?? null,
          ended_at: run?.endedAt ?? null,
          ledger: last?.ledger ?? null,
          error: last?.error ?? null,
          bookmark: Object.hasOwn(bookmarks, stream) ? bookmarks[stream] : null,
        };
      }),
    };
  }

  private known(name: string): ConnectionSummary {
    const found = this.services.connections.find((one) => one.name === name);
    if (found === undefined) throw new NotFoundException(`There is no connection "${name}".`);
    return found;
  }
}
