import { transitionTableErrors, type Transitions } from "@kernel/transitions";
import { quote, type ShippingTable } from "./rates";
import { shipment, SHIPMENT_TRANSITIONS, type ShipmentEvent } from "./shipment";
import zones from "./zones.json";

const table = zones as ShippingTable;
const parcel = { country: "ES", currency: "EUR", weightGrams: 500, subtotal: 1_000 };
const prices = (options: { id: string; price: { amount: number } }[]) =>
	Object.fromEntries(options.map(({ id, price }) => [id, price.amount]));

describe("rates", () => {
	test("flat, by subtotal and by weight, cheapest first", () => {
		expect(quote(table, parcel).map(({ id, price }) => [id, price.amount])).toEqual([
			["parcel", 390],
			["standard", 490],
			["express", 1_290],
		]);
	});
	test("the last step whose threshold is reached applies", () => {
		expect(prices(quote(table, { ...parcel, subtotal: 7_499 }))["standard"]).toBe(490);
		expect(prices(quote(table, { ...parcel, subtotal: 7_500 }))["standard"]).toBe(0);
		expect(prices(quote(table, { ...parcel, weightGrams: 2_000 }))["parcel"]).toBe(690);
	});
	test("the same method has different rates in different countries", () => {
		expect(prices(quote(table, { ...parcel, country: "BR" }))["standard"]).toBe(1_490);
	});
	test("without a country, the options of the home zone are returned", () => {
		expect(quote(table, { ...parcel, country: null })).toEqual(quote(table, parcel));
	});
	test.each([
		["JPY", 784],
		["KWD", 4_900],
	])("in %s, in its own minor units", (currency, amount) => {
		expect(prices(quote(table, { ...parcel, currency }))["standard"]).toBe(amount);
	});
	test("every method of a zone exists and has a price in every currency", () => {
		for (const { countries, methods } of table.zones) {
			for (const currency of ["EUR", ...Object.keys(table.units).filter((code) => code !== "default")]) {
				const options = quote(table, { ...parcel, country: countries[0] === "*" ? "BR" : (countries[0] ?? null), currency });
				expect(options).toHaveLength(methods.length);
			}
		}
	});
});

describe("shipment", () => {
	const { dispatch, arrive } = shipment.commands;
	const given = (...past: ShipmentEvent[]) => past.reduce(shipment.evolve, shipment.initial("shp_1"));
	const command = { orderId: "ord_1", carrier: "DHL", trackingNumber: "1", lines: [{ lineId: "line_1", quantity: 1 }] };
	const dispatched: ShipmentEvent = { type: "shipment.dispatched", ...command };
	const delivered: ShipmentEvent = { type: "shipment.delivered", shipmentId: "shp_1", orderId: "ord_1" };

	test("the transition table is valid", () => {
		expect(transitionTableErrors(SHIPMENT_TRANSITIONS as Transitions<string>, "new")).toEqual([]);
	});
	test("is dispatched once and delivered once", () => {
		expect(dispatch(command, given())).toEqual([dispatched]);
		expect(dispatch(command, given(dispatched))).toEqual([]);
		expect(arrive({}, given(dispatched))).toEqual([delivered]);
		expect(arrive({}, given(dispatched, delivered))).toEqual([]);
	});
	test("cannot be delivered before it is dispatched", () => {
		expect(arrive({}, given())).toMatchObject({ rejected: "SHIPMENT_NOT_FOUND" });
	});
});
