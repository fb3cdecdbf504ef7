import { rfc3339 } from "@kernel/clock";
import { Actors } from "@mixins/actors/actor";
import { nameClaims, type NameClaims } from "@mixins/actors/name-claims";
import type { Store } from "@mixins/store/port";
import { emailClaim, normalEmail } from "./domain/email";
import type { SavedAddress as StoredAddress, User as State, UserEvent } from "./domain/model";
import { user } from "./domain/user";
import type { SavedAddress, Standing, User } from "./users.contract";
import { users, type UserCollection } from "./users.store";

export interface UsersContext {
	readonly collection: UserCollection;
	readonly actors: Actors<State, UserEvent, typeof user.commands>;
	readonly names: NameClaims;
}

/** Batches contain one message, because the version is the ETag and each change needs its own. */
export const usersContext = (store: Store): UsersContext => {
	const collection = store.collection(users);
	return {
		collection,
		actors: new Actors(user, collection, { exclusive: store.exclusive, limits: { batch: 1 } }),
		names: nameClaims(store, "user_claim"),
	};
};

const supportedLocale = (locale: string | undefined): User["locale"] => (locale === "es" ? locale : "en");

export const userView = ({ id, email, name, locale, role, emailVerified, disabled, createdAt }: State, version: number): User => ({
	id,
	email,
	name,
	locale: supportedLocale(locale),
	role,
	emailVerified,
	disabled,
	createdAt: rfc3339(createdAt),
	version,
});

export const standingView = (state: State, version: number): Standing => ({ user: userView(state, version), stamp: state.stamp });

export const addressView = ({ sequence: _, ...address }: StoredAddress): SavedAddress => ({ ...address, version: address.version ?? 1 });

const active =
	<Seen>(view: (state: State, version: number) => Seen) =>
	(state: State, version: number): Seen | undefined =>
		state.status === "active" ? view(state, version) : undefined;

/** Reads an active account. @returns undefined if there is none with this id */
export const read = <Seen>(
	{ actors }: UsersContext,
	userId: string,
	view: (state: State, version: number) => Seen,
): Promise<Seen | undefined> => actors.read(userId, active(view));

/** Reads the active account with this e-mail address. */
export const readByEmail = async <Seen>(
	context: UsersContext,
	email: string,
	view: (state: State, version: number) => Seen,
): Promise<Seen | undefined> => {
	const owner = await context.names.owner(emailClaim(email));
	if (owner === undefined) return undefined;
	const found = await read(context, owner, (state, version) =>
		state.email === normalEmail(email) ? { seen: view(state, version) } : undefined,
	);
	return found?.seen;
};
