import {
  Controller,
  ForbiddenException,
  Get,
  Header,
  Inject,
  NotFoundException,
  Param,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { lacking } from '../security/index.js';
import { ACCESS, Needs, principalOf, type Access, type KnownRequest } from './access.js';
import {
  CHART_FORMATS,
  CHARTS,
  isReportFormat,
  renderChart,
  renderSection,
  REPORT_FORMATS,
} from '../../report/index.js';
import { Answers, AnswersFile, AnswersText, Parameters, RedirectsTo } from './answers.js';
import { MONTHS } from './answer-forms.js';
import { LOOK_PARAMETERS, monthLookOf } from './month-look.js';
import { parametersOf } from './run-query.js';
import { RELEASES, REPORT_SECTION, REPORT_TABLE } from './section-form.js';
import { HOST_SERVICES, type HostServices, type MonthLook } from './host-services.js';
import { TABLE_PARAMETERS, tableRequestOf } from './table-query.js';

type GivenQuery = Readonly<Record<string, unknown>>;

const LOOKS = Object.keys(LOOK_PARAMETERS);

@Controller()
@Needs('report:read')
export class ReportController {
  constructor(
    @Inject(HOST_SERVICES) private readonly services: HostServices,
    @Inject(ACCESS) private readonly access: Access,
  ) {}

  /** The latest month's page. */
  @Get('report')
  @RedirectsTo('To the page of the latest month.', 404)
  async latest(@Res() response: Response): Promise<void> {
    const [month] = await this.services.months();
    if (month === undefined) throw new NotFoundException('There are no figures yet. Run `tributary sync` first.');
    response.redirect(302, `/report/${month}`);
  }

  @Get('report/:month')
  @AnswersText('The page of a month.', 'text/html', 400, 404)
  @Parameters(LOOK_PARAMETERS)
  @Header('Content-Type', 'text/html; charset=utf-8')
  async page(@Param('month') month: string, @Query() query: GivenQuery, @Req() request: KnownRequest): Promise<string> {
    const look = await this.look(month, query, request);
    return this.services.page(await this.services.section(month, look));
  }

  @Get('api/report')
  @Answers('Months with figures, the latest first.', MONTHS)
  async months(): Promise<object> {
    return {
      months: await this.services.months(),
      formats: Object.keys(REPORT_FORMATS),
      has_links: this.services.hasLinks,
    };
  }

  @Get('api/report/:month')
  @Answers('What the page of a month shows, as data.', REPORT_SECTION, 400, 404)
  @Parameters(LOOK_PARAMETERS)
  async section(
    @Param('month') month: string,
    @Query() query: GivenQuery,
    @Req() request: KnownRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const look = await this.look(month, query, request);
    const section = await this.services.section(month, look);
    // When it was asked for is no change of it.
    const told = JSON.stringify({ ...section, generated_at: undefined });
    response.setHeader('ETag', `W/"${createHash('sha256').update(told).digest('base64url').slice(0, 27)}"`);
    return section;
  }

  /** The audit log says who took which month away, and in which form. */
  @Get('api/report/:month/export/:format')
  @AnswersFile('The section as a file.', Object.values(REPORT_FORMATS).map((type) => type.split(';')[0]!), 400, 404)
  @Parameters(LOOK_PARAMETERS)
  async export(
    @Param('month') month: string,
    @Param('format') format: string,
    @Query() query: GivenQuery,
    @Req() request: KnownRequest,
    @Res() response: Response,
  ): Promise<void> {
    if (!isReportFormat(format))
      throw new NotFoundException(`There is no form "${format}". Forms: ${Object.keys(REPORT_FORMATS).join(', ')}.`);
    const look = await this.look(month, query, request);
    const section = await this.services.section(month, look);
    const content = await renderSection(section, format);
    send(response, Buffer.from(content), { type: REPORT_FORMATS[format], name: fileName(month, look, format) });
  }

  /** A chart by itself, for a document or a slide. */
  @Get('api/report/:month/charts/:chart/:form')
  @AnswersFile('The chart as a picture.', Object.values(CHART_FORMATS), 400, 404)
  @Parameters(LOOK_PARAMETERS)
  async chart(
    @Param('month') month: string,
    @Param('chart') chart: string,
    @Param('form') form: string,
    @Query() query: GivenQuery,
    @Req() request: KnownRequest,
    @Res() response: Response,
  ): Promise<void> {
    const charts = [...CHARTS, ...this.services.ownDimensions];
    if (!charts.includes(chart))
      throw new NotFoundException(`There is no chart "${chart}". Charts: ${charts.join(', ')}.`);
    if (form !== 'svg' && form !== 'png') throw new NotFoundException(`A chart is written as svg or png.`);
    const look = await this.look(month, query, request);
    const picture = await renderChart(await this.services.section(month, look), chart, form);
    if (picture === undefined)
      throw new NotFoundException(`${month} has nothing for the chart "${chart}": it is not broken down so.`);
    const name = fileName(`${month}-${chart}`, look, form);
    send(response, Buffer.from(picture), { type: CHART_FORMATS[form], name });
  }

  @Get('api/report/:month/tables/:table')
  @Answers(
    'One table of a month, largest rows first. `tables` of the month names them all, and what each may be filtered by; dimensions of the configuration too, by their names.',
    REPORT_TABLE,
    400,
    404,
  )
  @Parameters({ ...LOOK_PARAMETERS, ...TABLE_PARAMETERS })
  async table(
    @Param('month') month: string,
    @Param('table') table: string,
    @Query() query: GivenQuery,
    @Req() request: KnownRequest,
  ): Promise<object> {
    const own = this.services.ownDimensions;
    const names = [...Object.keys(TABLE_PARAMETERS), ...own];
    const look = await this.look(month, query, request, names);
    const given = parametersOf(query, [...LOOKS, ...names]);
    return this.services.table(month, look, { table, ...tableRequestOf(given, own) });
  }

  @Get('api/report/:month/releases')
  @Answers('What was published of a month, the newest first.', RELEASES, 404)
  async releases(@Param('month') month: string): Promise<object> {
    return { releases: await this.services.releases(await this.known(month)) };
  }

  /** As what a month with figures is asked for; small counts only by who may see them, and not without being told of. */
  private async look(
    month: string,
    query: GivenQuery,
    request: KnownRequest,
    others: readonly string[] = [],
  ): Promise<MonthLook> {
    const look = monthLookOf(parametersOf(query, [...LOOKS, ...others]));
    if (look.withPhi === true) {
      const { name, permissions } = principalOf(request);
      const outcome = permissions.has('phi:read') ? 'allowed' : 'denied';
      await this.access.audit({ actor: name, action: 'report.with_phi', object: month, outcome, detail: {} });
      if (outcome === 'denied') throw new ForbiddenException(lacking('phi:read'));
    }
    await this.known(month, look.release);
    return look;
  }

  private async known(month: string, version?: number): Promise<string> {
    const months = await this.services.months();
    if (months.includes(month)) {
      const versions = version === undefined ? [] : (await this.services.releases(month)).map((one) => one.version);
      if (version === undefined || versions.includes(version)) return month;
      throw new NotFoundException(
        `There is no release ${version} of ${month}. Releases: ${versions.join(', ') || 'none'}.`,
      );
    }
    throw new NotFoundException(`There are no figures of "${month}". Months: ${months.join(', ') || 'none'}.`);
  }
}

const fileName = (what: string, { release }: MonthLook, ending: string): string =>
  `report-${what}${release === undefined ? '' : `-v${release}`}.${ending}`;

function send(
  response: Response,
  content: Buffer,
  { type, name }: { readonly type: string; readonly name: string },
): void {
  response
    .status(200)
    .setHeader('Content-Disposition', `attachment; filename="${name}"`)
    .setHeader('Content-Type', type);
  response.send(content);
}
