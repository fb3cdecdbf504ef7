import type { Static } from "@sinclair/typebox";
import type { Role } from "@kernel/access";
import type { Address as AddressSchema } from "@kernel/schemas";

export type Address = Static<typeof AddressSchema>;

export interface SavedAddress extends Address {
	readonly id: string;
	/** Position in the order of creation. */
	readonly sequence: number;
	/** Number of writes; absent means 1. */
	readonly version?: number;
}

export const versionOf = ({ version = 1 }: SavedAddress): number => version;

/** An account. `new`: not registered yet; `abandoned`: can never be registered; `deleted`: personal data erased. */
export interface User {
	readonly id: string;
	readonly status: "new" | "active" | "abandoned" | "deleted";
	/** Normal form; empty after erasure. */
	readonly email: string;
	readonly name: string;
	/** Language of e-mails; absent: the first of LOCALES. */
	readonly locale?: string;
	readonly role: Role;
	readonly emailVerified: boolean;
	readonly disabled: boolean;
	/** A PHC string. */
	readonly passwordHash: string;
	/** Security stamp, incremented to end sessions: a session with a lower stamp is invalid. */
	readonly stamp: number;
	readonly addresses: readonly SavedAddress[];
	readonly nextSequence: number;
	readonly createdAt: number;
	/** Time at which the owner was last notified of a repeated registration. */
	readonly repeatedAt: number;
}

export type Reason = "passwordChanged" | "disabled" | "roleChanged" | "deleted";

export type UserEvent =
	| {
			readonly type: "user.registered";
			readonly userId: string;
			readonly email: string;
			readonly name: string;
			readonly locale?: string;
			readonly role: Role;
			readonly emailVerified: boolean;
			readonly passwordHash: string;
			readonly at: number;
	  }
	| { readonly type: "user.abandoned" }
	| { readonly type: "user.registrationRepeated"; readonly userId: string; readonly at: number }
	| { readonly type: "user.passwordSet"; readonly passwordHash: string }
	| { readonly type: "user.passwordRehashed"; readonly passwordHash: string }
	| { readonly type: "user.renamed"; readonly name: string }
	| { readonly type: "user.localeChanged"; readonly locale: string }
	| { readonly type: "user.emailVerified" }
	| { readonly type: "user.roleChanged"; readonly role: Role }
	| { readonly type: "user.disabled" }
	| { readonly type: "user.enabled" }
	| { readonly type: "user.addressKept"; readonly address: SavedAddress }
	| { readonly type: "user.addressChanged"; readonly address: SavedAddress }
	| { readonly type: "user.addressRemoved"; readonly addressId: string }
	| { readonly type: "user.secured"; readonly userId: string; readonly reason: Reason; readonly stamp: number }
	| { readonly type: "user.deleted" };

/** Whether the account is an administrator who can log in. */
export const isActiveAdministrator = ({ status, role, disabled }: User): boolean => status === "active" && role === "admin" && !disabled;
