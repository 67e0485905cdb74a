import { Controller, Get, Header, Inject } from '@nestjs/common';
import { CONFIG } from '../../platform/platform.module.js';
import type { IdentityConfig } from '../identity-config.js';
import { Public } from '../public.js';
import { PROTECTED_RESOURCE_METADATA_PATH, protectedResourceMetadata } from './protected-resource-metadata.js';
import { smartConfiguration } from './smart-configuration.js';

/** Where clients that know only the FHIR base learn how to get a token. Open to anyone, from any origin. */
@Public()
@Controller()
export class DiscoveryController {
  constructor(@Inject(CONFIG) private readonly config: IdentityConfig) {}

  @Get('fhir/R4/.well-known/smart-configuration')
  @Header('access-control-allow-origin', '*')
  smart(): Record<string, unknown> {
    return smartConfiguration(this.config);
  }

  @Get(PROTECTED_RESOURCE_METADATA_PATH)
  @Header('access-control-allow-origin', '*')
  protectedResource(): Record<string, unknown> {
    return protectedResourceMetadata(this.config);
  }
}
