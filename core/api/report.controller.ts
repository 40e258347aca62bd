import {
  BadRequestException,
  Controller,
  Get,
  Header,
  Inject,
  NotFoundException,
  Param,
  Query,
  Res,
} from '@nestjs/common';
import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { Needs } from './access.js';
import { isReportFormat, renderSection, REPORT_FORMATS } from '../../report/index.js';
import { Answers, AnswersFile, AnswersText, Parameters, RedirectsTo } from './answers.js';
import { MONTHS } from './answer-forms.js';
import { parametersOf } from './run-query.js';
import { RELEASES, REPORT_SECTION } from './section-form.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';

const RELEASE = { type: 'integer', minimum: 1, description: 'A version, as it was published.' } as const;

@Controller()
@Needs('report:read')
export class ReportController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  /** The latest month's page. */
  @Get('report')
  @RedirectsTo('To the page of the latest month.')
  async latest(@Res() response: Response): Promise<void> {
    const [month] = await this.services.months();
    if (month === undefined) {
      response.status(404).type('text/plain').send('There are no figures yet. Run `tributary sync` first.\n');
      return;
    }
    response.redirect(302, `/report/${month}`);
  }

  @Get('report/:month')
  @AnswersText('The page of a month.', 'text/html', 404)
  @Header('Content-Type', 'text/html; charset=utf-8')
  async page(@Param('month') month: string): Promise<string> {
    return this.services.page(await this.services.section(await this.known(month)));
  }

  @Get('api/report')
  @Answers('Months with figures, the latest first.', MONTHS)
  async months(): Promise<object> {
    return { months: await this.services.months(), formats: Object.keys(REPORT_FORMATS) };
  }

  @Get('api/report/:month')
  @Answers('What the page of a month shows, as data.', REPORT_SECTION, 400, 404)
  @Parameters({ release: RELEASE })
  async section(
    @Param('month') month: string,
    @Query() query: Record<string, unknown>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const version = versionOf(query);
    const section = await this.services.section(await this.known(month, version), version);
    // When it was asked for is no change of it.
    const told = JSON.stringify({ ...section, generated_at: undefined });
    response.setHeader('ETag', `W/"${createHash('sha256').update(told).digest('base64url').slice(0, 27)}"`);
    return section;
  }

  /** The audit log says who took which month away, and in which form. */
  @Get('api/report/:month/export/:format')
  @AnswersFile('The section as a file.', Object.values(REPORT_FORMATS).map((type) => type.split(';')[0]!), 400, 404)
  @Parameters({ release: RELEASE })
  async export(
    @Param('month') month: string,
    @Param('format') format: string,
    @Query() query: Record<string, unknown>,
    @Res() response: Response,
  ): Promise<void> {
    if (!isReportFormat(format))
      throw new NotFoundException(`There is no form "${format}". Forms: ${Object.keys(REPORT_FORMATS).join(', ')}.`);
    const version = versionOf(query);
    const section = await this.services.section(await this.known(month, version), version);
    const content = await renderSection(section, format);
    const name = `report-${month}${version === undefined ? '' : `-v${version}`}.${format}`;
    response
      .status(200)
      .setHeader('Content-Disposition', `attachment; filename="${name}"`)
      .setHeader('Content-Type', REPORT_FORMATS[format]);
    response.send(typeof content === 'string' ? Buffer.from(content) : content);
  }

  @Get('api/report/:month/releases')
  @Answers('What was published of a month, the newest first.', RELEASES, 404)
  async releases(@Param('month') month: string): Promise<object> {
    return { releases: await this.services.releases(await this.known(month)) };
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

function versionOf(query: Readonly<Record<string, unknown>>): number | undefined {
  const { release } = parametersOf(query, ['release']);
  if (release === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(release)) return Number(release);
  throw new BadRequestException('release must be a version: a whole number from 1.');
}
