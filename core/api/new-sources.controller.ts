import { Body, Controller, Get, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { z } from 'zod';
import { Actor, Needs } from './access.js';
import { ERROR } from './answer-forms.js';
import { Answers } from './answers.js';
import { CATALOG_STREAM, catalogStreamForm } from './catalog-stream.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';
import { sourceDraftOf, TRIED_SCHEMA, writtenDraftOf, WRITTEN_SCHEMA } from './new-source-body.js';
import type { DraftJudgement, TriedDraft } from './new-sources.js';
import { OwnSiteGuard } from './own-site.guard.js';

const FAULTS = z.array(z.strictObject({ path: z.string(), message: z.string() }));

const CONNECTORS = z.strictObject({
  connectors: z.array(
    z.strictObject({
      connector: z.string(),
      summary: z.string(),
      config: z
        .record(z.string(), z.unknown())
        .describe('JSON Schema of its configuration; `secret: true` marks secrets.'),
      credentials: z.array(z.string()).describe('How to get them, a step each, as Markdown.'),
    }),
  ),
  destinations: z.array(z.string()),
  keys: z.array(z.string()).describe('Names of keys for rules under `protect`.'),
  references: z.array(z.string()).describe('Patterns of the references that this host tries for a new source.'),
});

const CHECKED = z.strictObject({
  ok: z.boolean(),
  faults: FAULTS.describe('What kept it from being tried, by its place in the form.'),
  error: ERROR.nullable().describe('What trying it met.'),
  untried: z.string().nullable().describe('Why the host does not connect to it here; null: it did.'),
});
const FOUND = CHECKED.extend({ streams: z.array(CATALOG_STREAM) });

const WRITTEN = z.strictObject({
  yaml: z.string().describe('What is to be added to the configuration.'),
  faults: FAULTS,
  missing: FAULTS.describe('References that this host cannot have: to be set where it runs.'),
  file: z.string().describe('Name of the configuration file.'),
  is_added: z.boolean(),
  cannot_add: z.string().nullable().describe('Why the host does not add it itself.'),
});

/** Sources that are not in the configuration yet: tried by the host, and written down. No secret comes here or goes back. */
@Controller('api')
@Needs('sources:add')
export class NewSourcesController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  @Get('connectors')
  @Answers('The connectors of which a source can be made, and where it may lead.', CONNECTORS)
  async connectors(): Promise<object> {
    const { newSources } = this.services;
    const { destinations, keys, references } = newSources;
    return { connectors: await newSources.connectors(), destinations, keys, references };
  }

  /** Connects to the address that it is given, with the references that `new_sources.references` allows. */
  @Post('new-sources/:name/check')
  @HttpCode(200)
  @UseGuards(OwnSiteGuard)
  @ApiBody({ schema: TRIED_SCHEMA })
  @Answers('Whether the source can be read with these settings.', CHECKED, 400, 403, 415, 503)
  async check(@Param('name') name: string, @Body() body: unknown, @Actor() by: string): Promise<object> {
    return triedForm(await this.services.newSources.check(sourceDraftOf(name, body), by));
  }

  @Post('new-sources/:name/streams')
  @HttpCode(200)
  @UseGuards(OwnSiteGuard)
  @ApiBody({ schema: TRIED_SCHEMA })
  @Answers('The streams that it offers.', FOUND, 400, 403, 415, 503)
  async streams(@Param('name') name: string, @Body() body: unknown, @Actor() by: string): Promise<object> {
    const tried = await this.services.newSources.streams(sourceDraftOf(name, body), by);
    return { ...triedForm(tried), streams: (tried.found ?? []).map(catalogStreamForm) };
  }

  @Post('new-sources/:name/yaml')
  @HttpCode(200)
  @UseGuards(OwnSiteGuard)
  @ApiBody({ schema: WRITTEN_SCHEMA })
  @Answers('The text for the configuration file, held against all of it. Nothing is written.', WRITTEN, 400, 403, 415)
  async yaml(@Param('name') name: string, @Body() body: unknown): Promise<object> {
    const { draft, connection } = writtenDraftOf(name, body);
    return writtenForm(await this.services.newSources.yaml(draft, connection));
  }

  /** It runs once the host is started again. */
  @Post('new-sources/:name/add')
  @HttpCode(200)
  @UseGuards(OwnSiteGuard)
  @ApiBody({ schema: WRITTEN_SCHEMA })
  @Answers('The same, written into the configuration file where `is_added` says so.', WRITTEN, 400, 403, 409, 415)
  async add(@Param('name') name: string, @Body() body: unknown): Promise<object> {
    const { draft, connection } = writtenDraftOf(name, body);
    return writtenForm(await this.services.newSources.add(draft, connection));
  }
}

const triedForm = ({ faults, error, untried }: TriedDraft<unknown>) => ({
  ok: faults.length === 0 && error === undefined,
  faults,
  error: error ?? null,
  untried: untried ?? null,
});

const writtenForm = ({ isAdded = false, cannotAdd, ...judgement }: DraftJudgement) => ({
  ...judgement,
  is_added: isAdded,
  cannot_add: cannotAdd ?? null,
});
