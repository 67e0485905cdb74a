import type { Expression, Step } from './expression.js';

const TOKEN = /\s*([A-Za-z_]\w*|'[^']*'|\d+|!=|[().[\]|=])/y;

/**
 * Parses the FHIRPath of a search parameter.
 *
 * @throws {SyntaxError} for what search parameters do not use; the build of the definitions meets it, not a request.
 */
export function parseExpression(text: string): Expression {
  const tokens = tokenize(text);
  let at = 0;

  const peek = (): string | undefined => tokens[at];
  const take = (expected?: string): string => {
    const token = tokens[at];
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new SyntaxError(`Expected ${expected ?? 'more'} at token ${at} of ${text}`);
    }
    at += 1;
    return token;
  };
  const literal = (): string => take().replace(/^'(.*)'$/, '$1');

  function union(): Expression {
    const branches = [and()];
    while (peek() === '|') {
      take('|');
      branches.push(and());
    }
    return branches.length === 1 ? branches[0]! : { kind: 'union', branches };
  }

  function and(): Expression {
    let left = comparison();
    while (peek() === 'and') {
      take('and');
      left = { kind: 'and', left, right: comparison() };
    }
    return left;
  }

  function comparison(): Expression {
    const left = path();
    if (peek() !== '!=') {
      return left;
    }
    take('!=');
    const value = literal();
    return { kind: 'notEqual', left, literal: value === 'true' || value === 'false' ? value === 'true' : value };
  }

  function path(): Expression {
    let root: string;
    const steps: Step[] = [];
    if (peek() === '(') {
      take('(');
      const inner = union();
      take(')');
      if (inner.kind !== 'path') {
        return inner;
      }
      root = inner.root;
      steps.push(...inner.steps);
    } else {
      root = take();
    }
    for (;;) {
      if (peek() === '[') {
        take('[');
        steps.push({ kind: 'index', index: Number(take()) });
        take(']');
      } else if (peek() === '.') {
        take('.');
        const name = take();
        if (peek() !== '(') {
          steps.push({ kind: 'member', name });
        } else if (name === 'exists') {
          take('(');
          take(')');
          return { kind: 'exists', of: { kind: 'path', root, steps } };
        } else {
          steps.push(call(name));
        }
      } else {
        return { kind: 'path', root, steps };
      }
    }
  }

  function call(name: string): Step {
    take('(');
    const step = name === 'where' ? where() : typeFilter(name);
    take(')');
    return step;
  }

  function typeFilter(name: string): Step {
    if (name !== 'ofType' && name !== 'as') {
      throw new SyntaxError(`Search parameters do not use ${name}(): ${text}`);
    }
    return { kind: 'ofType', type: take() };
  }

  function where(): Step {
    const member = take();
    if (member === 'resolve') {
      take('(');
      take(')');
      take('is');
      return { kind: 'whereTarget', type: take() };
    }
    take('=');
    return { kind: 'whereEqual', member, literal: literal() };
  }

  const expression = union();
  if (at < tokens.length) {
    throw new SyntaxError(`Unexpected ${tokens[at]} in ${text}`);
  }
  return expression;
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) {
      throw new SyntaxError(`Unexpected character at ${at} of ${text}`);
    }
    tokens.push(match[1]!);
  }
  return tokens;
}
