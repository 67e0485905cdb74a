import { OPERATOR_SCOPE } from '../../scope-set.js';
import { type Html, Html as HtmlText, html, page } from './layout.js';
import { parseSmartScope, rightOf, type ScopedInteraction } from '../../scopes/smart-scope.js';

export interface SignInPage {
  /** Path that the form is sent to. */
  readonly action: string;
  readonly clientName: string;
  readonly clinic: string;
  readonly username?: string;
  readonly problem?: string;
}

export function signInPage({ action, clientName, clinic, username = '', problem }: SignInPage): string {
  const alarm = problem === undefined ? html`` : html`<p class="alarm" role="alert">${problem}</p>`;
  return page(
    'Sign in',
    html`<h1>Sign in</h1>
      <p>to go on to ${clientName} (${clinic})</p>
      ${alarm}
      <form method="post" action="${action}/sign-in">
        <label for="username">User name</label>
        <input
          id="username"
          name="username"
          value="${username}"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          required
          maxlength="128"
          ${username === '' ? html` autofocus` : html``}
        />
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          maxlength="256"
          ${username === '' ? html`` : html` autofocus`}
        />
        <button type="submit">Sign in</button>
      </form>
      ${cancelForm(action)}`,
  );
}

export interface ConsentPage {
  readonly action: string;
  readonly clientName: string;
  readonly scopes: readonly string[];
}

export function consentPage({ action, clientName, scopes }: ConsentPage): string {
  return page(
    'Allow access',
    html`<h1>Allow access?</h1>
      <p>${clientName} asks to do this in your name:</p>
      <ul>
        ${scopes.map((scope) => html`<li>${describeScope(scope)}</li>`)}
      </ul>
      <form method="post" action="${action}/consent">
        <button type="submit">Allow</button>
      </form>
      ${cancelForm(action)}`,
  );
}

export function errorPage(error: { readonly error: string; readonly error_description?: string | undefined }): string {
  return page(
    'Sign-in failed',
    html`<h1>That did not work</h1>
      <p>${error.error_description ?? error.error}</p>
      <p>Go back to the application and start again.</p>`,
  );
}

/** @param form The form that oidc-provider checks, without buttons. */
export function signOutPage(form: string): string {
  return page(
    'Sign out',
    html`<h1>Sign out?</h1>
      <p>You will have to sign in again to go on.</p>
      ${new HtmlText(form)}
      <button type="submit" form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button>
      <button type="submit" form="op.logoutForm" class="quiet">Stay signed in</button>`,
  );
}

export function signedOutPage(): string {
  return page(
    'Signed out',
    html`<h1>You are signed out</h1>
      <p>This window can be closed.</p>`,
  );
}

function cancelForm(action: string): Html {
  return html`<form method="post" action="${action}/cancel">
    <button type="submit" class="quiet">Cancel</button>
  </form>`;
}

const verbs: Readonly<Record<ScopedInteraction, string>> = {
  create: 'create',
  read: 'read',
  update: 'change',
  delete: 'delete',
  search: 'search',
};

const signInScopes: Readonly<Record<string, string>> = {
  openid: 'know who you are',
  profile: 'see your name',
  offline_access: 'keep this access while you are away',
  [OPERATOR_SCOPE]: 'run the server: its jobs and its state',
};

function describeScope(text: string): string {
  const scope = parseSmartScope(text);
  if ('problem' in scope) {
    return signInScopes[text] ?? text;
  }
  const allowed = (Object.keys(verbs) as ScopedInteraction[]).filter((name) => (scope.rights & rightOf[name]) !== 0);
  return `${allowed.map((name) => verbs[name]).join(', ')}: ${scope.type === '*' ? 'all records' : scope.type}`;
}
