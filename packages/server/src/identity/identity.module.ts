import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Database } from '../platform/database/index.js';
import { CONFIG } from '../platform/platform.module.js';
import { AuthenticationGuard } from './authentication.guard.js';
import type { IdentityConfig } from './identity-config.js';
import { KeyRing } from './keys/key-ring.js';
import { KeySealer } from './keys/key-sealer.js';
import { SigningKeyStore } from './keys/signing-key-store.js';
import { AccessTokenVerifier } from './tokens/access-token-verifier.js';
import { CallerDirectory } from './tokens/caller-directory.js';

/** Who calls: guards every route of the application it is part of. */
@Module({
  providers: [
    {
      provide: KeyRing,
      inject: [Database, CONFIG],
      useFactory: (database: Database, config: IdentityConfig) =>
        new KeyRing(new SigningKeyStore(database, new KeySealer(config.identityEncryptionKey))),
    },
    { provide: CallerDirectory, inject: [Database], useFactory: (database: Database) => new CallerDirectory(database) },
    {
      provide: AccessTokenVerifier,
      inject: [CONFIG, KeyRing, CallerDirectory],
      useFactory: (config: IdentityConfig, keys: KeyRing, directory: CallerDirectory) =>
        new AccessTokenVerifier(config, keys, directory),
    },
    { provide: APP_GUARD, useClass: AuthenticationGuard },
  ],
  exports: [KeyRing, AccessTokenVerifier],
})
export class IdentityModule {}
