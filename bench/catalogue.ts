const NOUNS = [
	"Mug",
	"Blanket",
	"Basket",
	"Candle",
	"Chair",
	"Lamp",
	"Jar",
	"Scarf",
	"Bowl",
	"Tray",
	"Rug",
	"Vase",
	"Plate",
	"Pouch",
	"Hammock",
	"Mortar",
];
const ADJECTIVES = [
	"Blue",
	"Woven",
	"Clay",
	"Painted",
	"Carved",
	"Striped",
	"Small",
	"Large",
	"Rustic",
	"Glazed",
	"Soft",
	"Bright",
	"Copper",
	"Linen",
	"Oak",
	"Ash",
];
const PLACES = ["Oaxaca", "Puebla", "Taxco", "Tonala", "Patzcuaro", "Merida", "Xalapa", "Colima", "Tepoztlan", "Izamal"];
const HEADER =
	"Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Requires Shipping,Variant Taxable,Image Src,Status";

const pick = <T>(from: readonly T[], index: number): T => from[index % from.length]!;

/** Generates a deterministic product CSV with two variants per product. The default stock suffices for every experiment. */
export function* catalogue(products: number, stock = 1_000_000): Generator<string> {
	yield `${HEADER}\n`;
	for (let n = 0; n < products; n++) {
		const title = `${pick(ADJECTIVES, n)} ${pick(NOUNS, Math.floor(n / 16))} of ${pick(PLACES, Math.floor(n / 7))} ${n}`;
		const about = `<p>${title}, made by hand in ${pick(PLACES, n)}. ${pick(ADJECTIVES, n + 3)} and ${pick(ADJECTIVES, n + 5).toLowerCase()}, for every day.</p>`;
		const type = `Home > ${pick(NOUNS, Math.floor(n / 16))}s`;
		const price = (5 + ((n * 37) % 200) + 0.99).toFixed(2);
		yield `bench-${n},${title},"${about}",Vendor ${n % 50},${type},"${pick(PLACES, n)}, ${pick(ADJECTIVES, n)}",true,Size,Small,BENCH-${n}-S,300,${stock},${price},true,true,https://pictures.example/${n}.jpg,active\n`;
		yield `bench-${n},,,,,,,,Large,BENCH-${n}-L,600,${stock},${price},true,true,,\n`;
	}
}
