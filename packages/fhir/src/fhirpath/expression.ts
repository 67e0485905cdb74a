/** The part of FHIRPath in which search parameters are written. */
export type Expression =
  | { readonly kind: 'union'; readonly branches: readonly Expression[] }
  /** A path from the resource: its type, then steps. */
  | { readonly kind: 'path'; readonly root: string; readonly steps: readonly Step[] }
  | { readonly kind: 'and'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'exists'; readonly of: Expression }
  | { readonly kind: 'notEqual'; readonly left: Expression; readonly literal: boolean | string };

export type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'ofType'; readonly type: string }
  | { readonly kind: 'index'; readonly index: number }
  /** `where(name='literal')` */
  | { readonly kind: 'whereEqual'; readonly member: string; readonly literal: string }
  /** `where(resolve() is Type)` */
  | { readonly kind: 'whereTarget'; readonly type: string };
