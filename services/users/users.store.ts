import type { Role } from "@kernel/access";
import type { Collection, Document, Kind } from "@mixins/store/port";
import { administrators, type Administrators, type AdministratorsEvent } from "./domain/administrators";
import { isActiveAdministrator, type User, type UserEvent } from "./domain/model";
import { user } from "./domain/user";
import { UserEvents } from "./users.contract";

export const users: Kind<User, UserEvent> = {
	name: "user",
	revision: 1,
	initial: user.initial,
	evolve: user.evolve,
	fields: {
		email: { value: ({ status, email }) => (status === "active" ? email : null), indexed: true },
		role: { value: ({ status, role }) => (status === "active" ? role : null), indexed: true },
		administers: { value: (state) => (isActiveAdministrator(state) ? 1 : null), indexed: true },
		createdAt: { value: ({ status, createdAt }) => (status === "active" ? createdAt : null), indexed: true },
	},
	publishes: Object.values(UserEvents).map(({ type }) => type),
};

export const administratorKind: Kind<Administrators, AdministratorsEvent> = {
	name: "administrators",
	revision: 1,
	initial: administrators.initial,
	evolve: administrators.evolve,
	fields: {},
	publishes: [],
};

export type UserCollection = Collection<User, UserEvent>;

export interface Place {
	readonly value: number;
	readonly id: string;
}

/** A page of active accounts, newest first. */
export const page = (
	collection: UserCollection,
	{ email, role, limit, after }: { email: string | undefined; role: Role | undefined; limit: number; after: Place | undefined },
): Promise<readonly Document<User>[]> =>
	collection.find({
		where: { ...(email !== undefined && { email }), ...(role !== undefined && { role }) },
		orderBy: { field: "createdAt", descending: true },
		limit,
		...(after && { after }),
	});

const PAGE_SIZE = 1_000;

export const idsOfAdministrators = async (collection: UserCollection): Promise<string[]> =>
	(await collection.find({ where: { administers: 1 }, limit: PAGE_SIZE })).map(({ id }) => id);

/** Includes disabled administrators: a start creates an administrator only if there has never been one. */
export const countOfAdministrators = (collection: UserCollection): Promise<number> => collection.count({ role: "admin" });
