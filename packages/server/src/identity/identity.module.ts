import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Database } from '../platform/database/index.js';
import { LOGGER, type Logger } from '../platform/logging/index.js';
import { CONFIG } from '../platform/platform.module.js';
import { AuthenticationGuard } from './authentication.guard.js';
import { ExpiredStateCleaner } from './authorization-server/expired-state-cleaner.js';
import { ProviderSource } from './authorization-server/provider-source.js';
import type { IdentityConfig } from './identity-config.js';
import { KeyRing } from './keys/key-ring.js';
import { KeySealer } from './keys/key-sealer.js';
import { SigningKeyStore } from './keys/signing-key-store.js';
import { SigningKeysController } from './keys/signing-keys.controller.js';
import { DiscoveryController } from './metadata/discovery.controller.js';
import { AccessTokenVerifier } from './tokens/access-token-verifier.js';
import { CallerDirectory } from './tokens/caller-directory.js';
import { SignIn } from './users/sign-in.js';
import { SignInLimit } from './users/sign-in-limit.js';
import { UserReader } from './users/user-reader.js';

/** Who calls: guards every route of the application it is part of, and is the authorization server. */
@Module({
  controllers: [DiscoveryController, SigningKeysController],
  providers: [
    {
      provide: KeyRing,
      inject: [Database, CONFIG],
      useFactory: (database: Database, config: IdentityConfig) =>
        new KeyRing(new SigningKeyStore(database, new KeySealer(config.identityEncryptionKey))),
    },
    {
      provide: AccessTokenVerifier,
      inject: [Database, CONFIG, KeyRing],
      useFactory: (database: Database, config: IdentityConfig, keys: KeyRing) =>
        new AccessTokenVerifier(config, keys, new CallerDirectory(database)),
    },
    { provide: UserReader, inject: [Database], useFactory: (database: Database) => new UserReader(database) },
    {
      provide: SignIn,
      inject: [Database, CONFIG, UserReader],
      useFactory: (database: Database, config: IdentityConfig, users: UserReader) =>
        new SignIn(users, new SignInLimit(database, config.identityEncryptionKey)),
    },
    {
      provide: ProviderSource,
      inject: [Database, CONFIG, UserReader, KeyRing, LOGGER],
      useFactory: (database: Database, config: IdentityConfig, users: UserReader, keys: KeyRing, logger: Logger) =>
        new ProviderSource({ database, config, users }, keys, logger),
    },
    {
      provide: ExpiredStateCleaner,
      inject: [Database, LOGGER],
      useFactory: (database: Database, logger: Logger) => new ExpiredStateCleaner(database, logger),
    },
    { provide: APP_GUARD, useClass: AuthenticationGuard },
  ],
  exports: [KeyRing, AccessTokenVerifier],
})
export class IdentityModule {}
