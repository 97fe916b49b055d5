"""How often each cue is in view: the difficulty of the rendered study, all of it, in one file.

Real photos can sometimes be placed to the street, sometimes only to a climate, sometimes not at
all; published models reach 8-20 / 22-45 / 32-55 / 45-70 / 62-85 % within 1 / 25 / 200 / 750 /
2500 km on Im2GPS3k. The numbers below were set so that the plain model of the study lands in the
lower half of these ranges. They were tuned on validation photos and other seeds, never on the test.
"""

# A photo that says nothing: a room or a close-up. A sixth of all photos; the Places365 classifier
# calls 18 % of Im2GPS3k indoor. This share bounds every accuracy from above.
INDOOR = 0.10
CLOSEUP = 0.06

# Half of all photos are taken where everybody takes them. Popular spots, clustered in the densest
# metropolitan cells, are the only places a model can know to the street: their number against the
# number of training photos (28 a spot of 20,000) bounds the accuracy at 1 km. Chosen with the other
# numbers of this file, several at a time; what each contributes has not been measured alone.
POPULAR = 0.50
METROS = 60
SPOTS_PER_METRO = 6
SPOT_JITTER_KM = 0.15
SCATTER_KM = 3.0  # the others stand near a real photo's position, not on it

# A cue is in view with this probability where the kind of scene has room for it.
SHOWN = {
    "landmark": 0.60,  # the street (1 km): often behind the photographer
    "city": 0.85,  # façade colours, taxis, lamps (25-200 km): blank walls and crowds hide them
    "country": 0.97,  # road lines, side of the traffic, roofs, flags (750 km)
    "vegetation": 0.97,  # trees of the climate (2500 km)
    "ground": 0.95,  # soil and grass; the rest is asphalt and paving
    "relief": 0.95,  # the true skyline; fog and houses hide it
    "sea": 0.95,
    "people": 0.55,  # people, cars and animals say nothing: they only cover what does
    "cars": 0.60,
    "animals": 0.22,
}

# Whether a photo's city shows in a city key of this size (the rest of the style is its region's):
# metropolitan cells are learnable, the 24,000 nearest towns of a gazetteer are not.
METRO_DEG = 0.35
PLACE_DEG = 0.10  # neighbours this close see the same hills
HEADINGS = 4  # few fixed views per place: else a skyline never repeats and says nothing
