import type { Static } from "@sinclair/typebox";
import type { Role } from "@kernel/access";
import type { Address as AddressSchema } from "@kernel/schemas";

export type Address = Static<typeof AddressSchema>;

export interface SavedAddress extends Address {
	readonly id: string;
	/** The order in which they were kept. */
	readonly sequence: number;
	/** How often it was written; 1 where it is not said. */
	readonly version?: number;
}

export const versionOf = ({ version = 1 }: SavedAddress): number => version;

/** An account. `new`: nobody has registered yet; `abandoned`: nobody ever will; `deleted`: its owner is forgotten. */
export interface User {
	readonly id: string;
	readonly status: "new" | "active" | "abandoned" | "deleted";
	/** Normal form; empty where the owner is forgotten. */
	readonly email: string;
	readonly name: string;
	/** The language to write to its owner in; not said: the shop's first. */
	readonly locale?: string;
	readonly role: Role;
	readonly emailVerified: boolean;
	readonly disabled: boolean;
	/** A PHC string. */
	readonly passwordHash: string;
	/** Grows whenever its sessions must end: those of a lower stamp are none any more. */
	readonly stamp: number;
	readonly addresses: readonly SavedAddress[];
	readonly nextSequence: number;
	readonly createdAt: number;
	/** When the owner was last told that somebody tried to register again. */
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

/** Whether this is an administrator who can log in. */
export const isActiveAdministrator = ({ status, role, disabled }: User): boolean => status === "active" && role === "admin" && !disabled;
