import { Controller, Get, Header, Inject, NotFoundException, Param, Redirect, Res } from '@nestjs/common';
import type { Response } from 'express';
import { HOST_SERVICES, type HostServices } from './host-services.js';

@Controller()
export class ReportController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  @Get()
  @Redirect('/report', 302)
  home(): void {}

  /** The latest month's page. */
  @Get('report')
  async latest(@Res() response: Response): Promise<void> {
    const [month] = await this.services.months();
    if (month === undefined) {
      response.status(404).type('text/plain').send('There are no figures yet. Run `tributary sync` first.\n');
      return;
    }
    response.redirect(302, `/report/${month}`);
  }

  @Get('report/:month')
  @Header('Content-Type', 'text/html; charset=utf-8')
  async page(@Param('month') month: string): Promise<string> {
    return this.services.page(await this.services.section(await this.known(month)));
  }

  @Get('api/report')
  async months(): Promise<object> {
    return { months: await this.services.months() };
  }

  @Get('api/report/:month')
  async section(@Param('month') month: string): Promise<object> {
    return this.services.section(await this.known(month));
  }

  private async known(month: string): Promise<string> {
    const months = await this.services.months();
    if (months.includes(month)) return month;
    throw new NotFoundException(`There are no figures of "${month}". Months: ${months.join(', ') || 'none'}.`);
  }
}
