import { type CustomDecorator, SetMetadata } from '@nestjs/common';

export const IS_PUBLIC = 'healthcare:isPublic';

/** Opens a route, or all of a controller's, to callers without a token. */
export function Public(): CustomDecorator {
  return SetMetadata(IS_PUBLIC, true);
}
