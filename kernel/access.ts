/** Permissions that roles can hold. `public` (everyone), `customer` (every logged-in user) and `internal` (services only) are not granted to roles. */
export const GRANTS = [
	"products:read",
	"products:write",
	"stock:read",
	"stock:write",
	"orders:read",
	"orders:cancel",
	"orders:capture",
	"orders:refund",
	"orders:ship",
	"payments:read",
	"users:read",
	"users:write",
	"operations:read",
	"operations:write",
] as const;

export type Grant = (typeof GRANTS)[number];
export type Permission = "public" | "customer" | "internal" | Grant;

export const ROLES = ["customer", "admin", "catalog", "support", "fulfilment"] as const;
export type Role = (typeof ROLES)[number];

const ROLE_GRANTS: Readonly<Record<Role, readonly Grant[]>> = {
	customer: [],
	admin: GRANTS,
	catalog: ["products:read", "products:write", "stock:read", "stock:write"],
	support: ["products:read", "orders:read", "stock:read", "users:read", "orders:cancel", "orders:refund"],
	fulfilment: ["products:read", "orders:read", "stock:read", "orders:ship"],
};

/** The party that sends a request. A guest has no id; an operator uses the REPL or the command line on the host. */
export type Principal =
	{ readonly kind: "guest" } | { readonly kind: "user"; readonly id: string; readonly role: Role } | { readonly kind: "operator" };

export const GUEST: Principal = { kind: "guest" };

/** Denies by default: every permission that is not granted is refused. */
export const isAllowed = (principal: Principal, permission: Permission): boolean => {
	if (permission === "public") return true;
	if (permission === "internal") return false;
	if (principal.kind === "operator") return true;
	if (principal.kind === "guest") return false;
	return permission === "customer" || ROLE_GRANTS[principal.role].includes(permission);
};

/** The actor of a commit as the journal stores it: the user id, "guest" or "operator". */
export const actorOf = (principal: Principal): string => (principal.kind === "user" ? principal.id : principal.kind);
