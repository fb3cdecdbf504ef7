import { isAllowed, type Permission, type Principal } from "@kernel/access";
import { call, type Caller } from "@kernel/contract";
import { serviceError } from "@mixins/errors/service-errors";
import { Auth } from "@services/auth/auth.contract";

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,8192})$/i;

/**
 * Authenticates the bearer token of a request. An invalid token is always rejected, even on public routes, so that its sender is never
 * treated as a guest.
 *
 * @param authorization value of the Authorization header
 * @throws UNAUTHENTICATED
 */
export const authenticate = async (caller: Caller, authorization: string): Promise<Principal> => {
	const accessToken = BEARER.exec(authorization)?.[1];
	const holder = accessToken === undefined ? null : await call(caller, Auth.authenticate, { accessToken });
	if (!holder) throw serviceError("UNAUTHENTICATED");
	return { kind: "user", id: holder.userId, role: holder.role };
};

/** @throws UNAUTHENTICATED for guests, FORBIDDEN for users without the permission */
export const authorize = (principal: Principal, permission: Permission): void => {
	if (isAllowed(principal, permission)) return;
	throw serviceError(principal.kind === "guest" ? "UNAUTHENTICATED" : "FORBIDDEN");
};
