import { isAllowed, type Permission, type Principal } from "@kernel/access";
import { call, type Caller } from "@kernel/contract";
import { serviceError } from "@mixins/errors/service-errors";
import { Auth } from "@services/auth/auth.contract";

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,8192})$/i;

/**
 * Who asks. A token that is there must be good, also where none is needed: nobody is taken for a guest by mistake.
 *
 * @param authorization the header
 * @throws UNAUTHENTICATED
 */
export const authenticate = async (caller: Caller, authorization: string): Promise<Principal> => {
	const accessToken = BEARER.exec(authorization)?.[1];
	const holder = accessToken === undefined ? null : await call(caller, Auth.authenticate, { accessToken });
	if (!holder) throw serviceError("UNAUTHENTICATED");
	return { kind: "user", id: holder.userId, role: holder.role };
};

/** @throws UNAUTHENTICATED where logging in might help, FORBIDDEN where it would not */
export const authorize = (principal: Principal, permission: Permission): void => {
	if (isAllowed(principal, permission)) return;
	throw serviceError(principal.kind === "guest" ? "UNAUTHENTICATED" : "FORBIDDEN");
};
