import { Type, type Static } from "@sinclair/typebox";
import { ROLES } from "@kernel/access";
import { action, event } from "@kernel/contract";
import { Address, AnyId, Email, Id, Nullable, Page, PageParams, PersonName, PERSONAL, Strict, Timestamp } from "@kernel/schemas";

export const UserId = Id("usr");
export const RoleName = Type.Union(ROLES.map((role) => Type.Literal(role)));
/** Length limits of the transport; the domain decides whether the password is acceptable. */
export const Password = Type.String({ minLength: 1, maxLength: 256 });

/** Languages of e-mails. */
export const Locale = Type.Union([Type.Literal("en"), Type.Literal("es")], { description: "language of e-mails" });

export const User = Type.Object(
	{
		id: UserId,
		email: Email,
		name: PersonName,
		locale: Locale,
		role: RoleName,
		emailVerified: Type.Boolean(),
		disabled: Type.Boolean(),
		createdAt: Timestamp,
		version: Type.Integer(),
	},
	{ title: "User" },
);
export type User = Static<typeof User>;

export const SavedAddress = Type.Composite([Type.Object({ id: Id("adr"), version: Type.Integer() }), Address], {
	additionalProperties: false,
});
export type SavedAddress = Static<typeof SavedAddress>;

const Deleted = Type.Object({});

/** An account and its security stamp. The stamp is incremented to end sessions: a session with a lower stamp is invalid. */
export const Standing = Type.Object({ user: User, stamp: Type.Integer() });
export type Standing = Static<typeof Standing>;

/** Accounts of customers and staff. Passwords are stored as Argon2id hashes that never leave this service. */
export const Users = {
	/** Creates an account, unless the address has one. `created` tells which; the owner gets a mail in both cases. */
	register: action("users.register", {
		params: Strict({ email: Email, password: Password, name: PersonName, role: Type.Optional(RoleName) }),
		returns: Type.Object({ userId: UserId, created: Type.Boolean() }),
		errors: ["VALIDATION_FAILED"],
		timeoutMs: 10_000,
	}),
	/** Takes the same time whether or not the account exists. */
	checkPassword: action("users.checkPassword", {
		params: Strict({ email: Email, password: Password }),
		returns: Standing,
		errors: ["INVALID_CREDENTIALS"],
		timeoutMs: 10_000,
	}),
	standing: action("users.standing", {
		params: Strict({ userId: UserId }),
		returns: Standing,
		errors: ["USER_NOT_FOUND"],
		idempotent: true,
	}),
	lookup: action("users.lookup", { params: Strict({ userId: UserId }), returns: User, errors: ["USER_NOT_FOUND"], idempotent: true }),
	lookupByEmail: action("users.lookupByEmail", { params: Strict({ email: Email }), returns: Nullable(User), idempotent: true }),
	/** Checks whether `setPassword` would accept the password. Changes nothing. */
	judgePassword: action("users.judgePassword", {
		params: Strict({ userId: UserId, password: Password }),
		returns: Type.Object({}),
		errors: ["USER_NOT_FOUND", "VALIDATION_FAILED"],
		idempotent: true,
	}),
	setPassword: action("users.setPassword", {
		params: Strict({ userId: UserId, password: Password }),
		returns: User,
		errors: ["USER_NOT_FOUND", "VALIDATION_FAILED"],
		timeoutMs: 10_000,
	}),
	markEmailVerified: action("users.markEmailVerified", {
		params: Strict({ userId: UserId, email: Email }),
		returns: User,
		errors: ["USER_NOT_FOUND", "INVALID_CREDENTIALS"],
		idempotent: true,
	}),
	/**
	 * Creates the first administrator from the settings, if there has never been one. `password` is set only if it was generated: it is shown to the
	 * operator once and not stored.
	 */
	ensureAdmin: action("users.ensureAdmin", {
		params: Strict({}),
		returns: Type.Object({ email: Type.String(PERSONAL), password: Nullable(Type.String()), created: Type.Boolean() }),
		timeoutMs: 15_000,
	}),

	me: action("users.me", {
		params: Strict({}),
		returns: User,
		errors: ["USER_NOT_FOUND"],
		permission: "customer",
		idempotent: true,
		rest: "GET /v1/me",
		http: { tag: "account", summary: "Current account", etag: "version" },
	}),
	updateMe: action("users.updateMe", {
		params: Strict({ name: Type.Optional(PersonName), locale: Type.Optional(Locale) }),
		returns: User,
		errors: ["USER_NOT_FOUND", "PRECONDITION_FAILED"],
		permission: "customer",
		rest: "PATCH /v1/me",
		http: { tag: "account", summary: "Update name or e-mail language", etag: "version" },
	}),
	/** Deletes the account: personal data is erased, sessions end, and login is no longer possible. */
	deleteMe: action("users.deleteMe", {
		params: Strict({}),
		returns: Deleted,
		errors: ["USER_NOT_FOUND", "PRECONDITION_FAILED", "LAST_ADMINISTRATOR"],
		permission: "customer",
		rest: "DELETE /v1/me",
		http: { tag: "account", summary: "Delete the account", status: 204 },
	}),
	exportMe: action("users.exportMe", {
		params: Strict({}),
		returns: Type.Object(
			{ user: User, addresses: Type.Array(SavedAddress), orders: Type.Array(Type.Unknown()), cart: Nullable(Type.Unknown()) },
			PERSONAL,
		),
		errors: ["USER_NOT_FOUND"],
		permission: "customer",
		bulkhead: { concurrency: 4, queue: 50 }, // collects data from several services
		idempotent: true,
		rest: "GET /v1/me/export",
		http: { tag: "account", summary: "Export of all data stored about the account" },
	}),
	addresses: action("users.addresses", {
		params: Strict({ ...PageParams }),
		returns: Page(SavedAddress),
		errors: ["USER_NOT_FOUND", "VALIDATION_FAILED"],
		permission: "customer",
		idempotent: true,
		rest: "GET /v1/me/addresses",
		http: { tag: "account", summary: "List saved addresses" },
	}),
	addAddress: action("users.addAddress", {
		params: Address,
		returns: SavedAddress,
		errors: ["USER_NOT_FOUND", "VALIDATION_FAILED"],
		permission: "customer",
		rest: "POST /v1/me/addresses",
		http: { tag: "account", summary: "Add an address", status: 201, location: "/v1/me/addresses/{id}", etag: "version" },
	}),
	updateAddress: action("users.updateAddress", {
		params: Type.Composite(
			[
				Type.Object({ id: AnyId, version: Type.Optional(Type.Unknown({ description: "ignored; use If-Match" })) }),
				Type.Partial(Address),
			],
			{ additionalProperties: false },
		),
		returns: SavedAddress,
		errors: ["USER_NOT_FOUND", "ADDRESS_NOT_FOUND", "VALIDATION_FAILED", "PRECONDITION_FAILED"],
		permission: "customer",
		rest: "PATCH /v1/me/addresses/{id}",
		http: { tag: "account", summary: "Update an address", etag: "version" },
	}),
	removeAddress: action("users.removeAddress", {
		params: Strict({ id: AnyId }),
		returns: Deleted,
		errors: ["USER_NOT_FOUND", "ADDRESS_NOT_FOUND", "PRECONDITION_FAILED"],
		permission: "customer",
		rest: "DELETE /v1/me/addresses/{id}",
		http: { tag: "account", summary: "Delete an address", status: 204 },
	}),

	list: action("users.list", {
		params: Strict({ ...PageParams, email: Type.Optional(Type.String({ maxLength: 254 })), role: Type.Optional(RoleName) }),
		returns: Page(User),
		errors: ["VALIDATION_FAILED"],
		permission: "users:read",
		idempotent: true,
		rest: "GET /v1/admin/users",
		http: { tag: "staff: users", summary: "List users, newest first" },
	}),
	update: action("users.update", {
		params: Strict({ id: AnyId, role: Type.Optional(RoleName), disabled: Type.Optional(Type.Boolean()) }),
		returns: User,
		errors: ["USER_NOT_FOUND", "LAST_ADMINISTRATOR", "PRECONDITION_FAILED"],
		permission: "users:write",
		rest: "PATCH /v1/admin/users/{id}",
		http: { tag: "staff: users", summary: "Change a user's role, or disable or enable the account", etag: "version" },
	}),
};

export const UserEvents = {
	registered: event("user.registered", Type.Object({ userId: UserId })),
	/** A registration used an address that already has an account. */
	registrationRepeated: event("user.registrationRepeated", Type.Object({ userId: UserId })),
	/** Sessions with a lower stamp must end. `reason`: passwordChanged, disabled, roleChanged or deleted. */
	secured: event("user.secured", Type.Object({ userId: UserId, reason: Type.String(), stamp: Type.Integer() })),
};
