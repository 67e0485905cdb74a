import { Controller, Get, Redirect } from '@nestjs/common';
import { Public } from '../identity/index.js';

/** Who comes to the server's own address finds out what it is. */
@Controller()
export class FrontDoorController {
  @Public()
  @Get()
  @Redirect('docs', 302)
  toDescription(): void {}
}
