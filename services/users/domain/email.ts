import { createHash } from "node:crypto";

/** Normal form of an address: spellings with the same normal form are one account. */
export const normalEmail = (email: string): string => email.trim().toLowerCase();

/** Name of the claim of an address. It is a hash, so that the claim's journal does not contain the address. */
export const emailClaim = (email: string): string => `email:${createHash("sha256").update(normalEmail(email)).digest("hex")}`;
