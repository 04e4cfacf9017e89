"""What the sample retailer sells and where: its categories, their words, countries and shops."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    """
    One department of the sample retailer.

    Attributes:
        name: As readers see it.
        share: Relative weight in what is bought.
        price: Median price, EUR.
        margin: Usual margin, share of the price.
        returns: Chance of a line to come back.
        quantity: Mean units of a line.
        elasticity: Median reaction of units to price.
        season: Demand of the twelve months, January first, 1 being usual.
        materials, nouns: Words its product names are made of.
    """

    name: str
    share: float
    price: float
    margin: float
    returns: float
    quantity: float
    elasticity: float
    season: tuple[float, ...]
    materials: tuple[str, ...]
    nouns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Country:
    """
    One country the sample retailer sells to.

    Attributes:
        name: As readers see it.
        share: Weight among new customers when the history begins.
        later: The same when it ends.
        opens: When it was launched, share of the history; 0 if long before.
        shops: Its shops; none means that it sells online only.
    """

    name: str
    share: float
    later: float
    opens: float
    shops: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


STYLES = _words(
    "Classic, Nordic, Vintage, Modern, Midnight, Ivory, Sage, Coral, Everyday, Premium, Rustic, "
    "Slate, Amber, Meadow, Harbour, Urban, Heritage, Misty, Scarlet, Alpine"
)
SIZES = ("", "Small", "Large", "Set of 2", "Set of 4", "Limited Edition", "Travel Size")

CATEGORIES = (
    Category(
        "Kitchen & Dining",
        0.150,
        17.0,
        0.46,
        0.030,
        1.8,
        -1.7,
        (0.95, 0.90, 0.95, 1.00, 1.00, 0.95, 0.85, 0.85, 1.00, 1.05, 1.25, 1.45),
        _words("Oak, Stoneware, Steel, Glass, Bamboo, Enamel, Marble, Cast Iron, Ceramic, Walnut"),
        _words(
            "Serving Board, Mug, Dinner Plate, Salad Bowl, Storage Jar, Frying Pan, "
            "Teapot, Tray, Carafe, Cake Stand, Spice Rack, Pasta Bowl, Butter Dish, "
            "Casserole, Egg Cup, Ladle"
        ),
    ),
    Category(
        "Home Textiles",
        0.115,
        26.0,
        0.50,
        0.055,
        1.4,
        -1.8,
        (1.30, 1.05, 0.95, 0.90, 0.85, 0.80, 0.75, 0.85, 1.05, 1.20, 1.25, 1.15),
        _words("Cotton, Linen, Wool, Velvet, Flannel, Jersey, Satin, Muslin, Bouclé, Waffle"),
        _words(
            "Bath Towel, Duvet Cover, Cushion, Throw, Pillowcase, Curtain, Table "
            "Runner, Bath Mat, Bedspread, Blanket, Apron, Tablecloth, Fitted Sheet, "
            "Robe, Napkin, Hand Towel"
        ),
    ),
    Category(
        "Furniture",
        0.035,
        139.0,
        0.38,
        0.070,
        1.1,
        -1.5,
        (1.15, 1.00, 1.05, 1.10, 1.05, 0.90, 0.85, 0.90, 1.05, 1.10, 1.05, 0.80),
        _words("Oak, Pine, Rattan, Walnut, Metal, Beech, Leather, Velvet, Ash, Acacia"),
        _words(
            "Side Table, Bookshelf, Armchair, Stool, Bench, Coffee Table, Desk, "
            "Nightstand, Sideboard, Dining Chair, Shoe Cabinet, Wall Shelf, Pouffe, "
            "Wardrobe, Bed Frame, Trolley"
        ),
    ),
    Category(
        "Garden & Outdoor",
        0.085,
        24.0,
        0.43,
        0.035,
        1.7,
        -1.4,
        (0.25, 0.40, 1.00, 1.90, 2.20, 1.90, 1.50, 1.05, 0.70, 0.45, 0.30, 0.30),
        _words("Terracotta, Teak, Zinc, Wicker, Galvanised, Solar, Hemp, Cedar, Stone, Iron"),
        _words(
            "Planter, Watering Can, Bird Feeder, Parasol, Fire Bowl, Garden Chair, "
            "Trellis, Lantern, Hanging Basket, Hammock, Trowel, Garden Hose, Wind "
            "Chime, Door Mat, Flower Pot, Bench Pad"
        ),
    ),
    Category(
        "Lighting",
        0.055,
        42.0,
        0.45,
        0.050,
        1.2,
        -1.6,
        (1.10, 1.00, 0.90, 0.85, 0.75, 0.70, 0.70, 0.80, 1.05, 1.30, 1.50, 1.35),
        _words("Brass, Glass, Paper, Copper, Opal, Rattan, Chrome, Linen, Concrete, Smoked Glass"),
        _words(
            "Table Lamp, Pendant Light, Floor Lamp, Wall Lamp, Night Light, String "
            "Lights, Desk Lamp, Ceiling Light, Lampshade, Candle Holder, Spotlight, "
            "Lantern, Bulb, Clip Lamp, Picture Light, Chandelier"
        ),
    ),
    Category(
        "Toys & Games",
        0.090,
        19.0,
        0.42,
        0.030,
        1.4,
        -1.9,
        (0.60, 0.65, 0.80, 0.85, 0.85, 0.85, 0.85, 0.80, 0.80, 1.00, 1.90, 2.60),
        _words("Wooden, Plush, Magnetic, Felt, Musical, Pocket, Family, Giant, Mini, Puzzle"),
        _words(
            "Train Set, Building Blocks, Board Game, Teddy Bear, Memory Game, Doll "
            "House, Race Car, Farm Set, Stacking Tower, Drum, Card Game, Kite, Marble "
            "Run, Tea Party Set, Dinosaur, Rocking Horse"
        ),
    ),
    Category(
        "Clothing",
        0.130,
        34.0,
        0.56,
        0.135,
        1.2,
        -2.0,
        (0.95, 0.80, 1.05, 1.15, 1.10, 1.00, 0.90, 0.85, 1.15, 1.15, 1.10, 1.05),
        _words("Cotton, Merino, Denim, Linen, Organic, Knitted, Corduroy, Viscose, Fleece, Down"),
        _words(
            "T-Shirt, Cardigan, Jacket, Dress, Shirt, Trousers, Skirt, Scarf, "
            "Pyjamas, Jumper, Hoodie, Socks, Beanie, Blouse, Shorts, Waistcoat"
        ),
    ),
    Category(
        "Shoes & Bags",
        0.070,
        59.0,
        0.52,
        0.120,
        1.1,
        -1.9,
        (0.90, 0.80, 1.05, 1.15, 1.05, 1.00, 0.90, 0.95, 1.15, 1.15, 1.05, 1.00),
        _words("Leather, Canvas, Suede, Felt, Vegan, Woven, Nylon, Cork, Mesh, Waxed"),
        _words(
            "Tote Bag, Backpack, Ankle Boots, Slippers, Sneakers, Wallet, Belt Bag, "
            "Sandals, Loafers, Weekender, Clutch, Rain Boots, Laptop Sleeve, Shopper, "
            "Espadrilles, Satchel"
        ),
    ),
    Category(
        "Beauty & Care",
        0.105,
        13.0,
        0.60,
        0.020,
        1.6,
        -1.5,
        (0.95, 0.95, 1.00, 1.00, 1.10, 1.05, 0.95, 0.90, 0.95, 0.95, 1.15, 1.40),
        _words("Rose, Aloe, Charcoal, Shea, Citrus, Lavender, Argan, Oat, Sea Salt, Honey"),
        _words(
            "Hand Cream, Body Lotion, Face Mask, Shampoo Bar, Bath Salts, Lip Balm, "
            "Candle, Soap, Body Scrub, Hair Oil, Room Spray, Face Serum, Shower Gel, "
            "Beard Oil, Foot Balm, Diffuser"
        ),
    ),
    Category(
        "Electronics",
        0.045,
        64.0,
        0.24,
        0.080,
        1.1,
        -2.4,
        (0.95, 0.85, 0.85, 0.85, 0.85, 0.85, 0.90, 0.90, 1.00, 1.00, 1.80, 1.60),
        _words(
            "Wireless, Smart, Bluetooth, USB-C, Foldable, Retro, Compact, Solar, Digital, Pocket"
        ),
        _words(
            "Speaker, Headphones, Alarm Clock, Power Bank, Kettle, Toaster, Weather "
            "Station, Radio, Charger, Milk Frother, Photo Frame, Kitchen Scale, "
            "Blender, Humidifier, Projector, Desk Fan"
        ),
    ),
    Category(
        "Sports & Outdoors",
        0.065,
        29.0,
        0.44,
        0.060,
        1.2,
        -1.7,
        (1.45, 1.05, 1.05, 1.15, 1.20, 1.20, 1.10, 0.95, 0.90, 0.80, 0.85, 0.85),
        _words("Cork, Steel, Microfibre, Merino, Carbon, Recycled, Grip, Trail, Thermal, Elastic"),
        _words(
            "Yoga Mat, Water Bottle, Sports Towel, Resistance Band, Running Belt, "
            "Dumbbell, Camping Mug, Sleeping Bag, Headband, Skipping Rope, Lunch Box, "
            "Cycling Gloves, Picnic Rug, Cool Bag, Hiking Poles, Swim Goggles"
        ),
    ),
    Category(
        "Gifts & Seasonal",
        0.055,
        11.0,
        0.55,
        0.015,
        2.2,
        -1.6,
        (0.35, 0.75, 0.80, 0.90, 0.80, 0.60, 0.50, 0.50, 0.75, 1.40, 2.70, 3.60),
        _words("Paper, Glass, Felt, Wooden, Glitter, Tin, Straw, Velvet, Porcelain, Beeswax"),
        _words(
            "Bauble, Gift Wrap, Greeting Card, Garland, Tree Topper, Advent Calendar, "
            "Wreath, Stocking, Gift Box, Ornament, Keepsake Box, Ribbon, Party "
            "Bunting, Photo Album, Notebook, Snow Globe"
        ),
    ),
)

COUNTRIES = (
    Country("Germany", 0.275, 0.255, 0.0, ("Berlin", "Hamburg", "Munich", "Cologne", "Leipzig")),
    Country("United Kingdom", 0.255, 0.075, 0.0, ("London", "Manchester", "Bristol")),
    Country("France", 0.155, 0.175, 0.0, ("Paris", "Lyon", "Lille")),
    Country("Netherlands", 0.085, 0.125, 0.0, ("Amsterdam", "Utrecht")),
    Country("Italy", 0.085, 0.080, 0.0, ("Milan",)),
    Country("Spain", 0.055, 0.095, 0.0, ()),
    Country("Austria", 0.050, 0.055, 0.0, ("Vienna", "Graz")),
    Country("Sweden", 0.040, 0.040, 0.0, ()),
    Country("Poland", 0.0, 0.230, 0.57, ()),
)
