import { type DynamicModule, Module } from '@nestjs/common';
import { ApiDescriptionModule } from '../api-description/index.js';
import { FhirModule } from '../fhir/index.js';
import { HealthModule } from '../health/index.js';
import { IdentityModule } from '../identity/index.js';
import { PlatformModule } from '../platform/platform.module.js';

/** Everything that the API process serves. */
@Module({})
export class ApiModule {
  static of(parts: Parameters<typeof PlatformModule.of>[0]): DynamicModule {
    return {
      module: ApiModule,
      imports: [PlatformModule.of(parts), IdentityModule, HealthModule, ApiDescriptionModule, FhirModule],
    };
  }
}
