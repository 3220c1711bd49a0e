//! [`Plan`]: the areas, units, workers, recipients and pairings of the demo city.

use super::{
    dice::Dice,
    people::People,
    phrases::{lines, words},
    quota::Quota,
    shape::Shape,
};
use shared::{
    AreaCode, Day, RecipientId, UnitId, WorkerId,
    id_number::Sex,
    ids::id_from_code,
    records::{
        Area, Category, PairingRole, Recipient, RiskTier, Role, Unit, Worker,
        recipient::{Guardian, SelfCare},
    },
};

/// A pairing, by indexes into [`Plan::workers`] and [`Plan::recipients`].
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    pub worker: usize,
    pub recipient: usize,
    pub role: PairingRole,
}

/// The demo city.
pub struct Plan {
    pub shape: Shape,
    /// Parents before children.
    pub areas: Vec<Area>,
    pub units: Vec<Unit>,
    /// Administrator and supervisors first, then carers, township by township.
    pub workers: Vec<Worker>,
    pub recipients: Vec<Recipient>,
    /// By worker, then recipient. The first pair of a recipient is the one with role `Paired`.
    pub pairs: Vec<Pair>,
}

pub fn worker_id(worker: &Worker) -> WorkerId {
    id_from_code("worker", &worker.code).into()
}
pub fn recipient_id(recipient: &Recipient) -> RecipientId {
    id_from_code("recipient", &recipient.code).into()
}
pub fn unit_id(unit: &Unit) -> UnitId {
    id_from_code("unit", &unit.code).into()
}

/// A township while the plan is made.
struct Township {
    code: AreaCode,
    villages: Vec<(AreaCode, String)>,
    weight: u64,
}

impl Plan {
    pub fn new(shape: Shape) -> Self {
        let mut plan = Self {
            shape,
            areas: Vec::new(),
            units: Vec::new(),
            workers: Vec::new(),
            recipients: Vec::new(),
            pairs: Vec::new(),
        };
        let mut dice = Dice::new(plan.shape.seed, 0);
        let mut people = People::default();
        let townships = plan.lay_out_areas(&mut dice);
        plan.found_units(&townships);
        plan.appoint_office(&mut dice, &mut people, &townships);
        plan.settle(&mut dice, &mut people, &townships);
        plan.pairs.sort_by_key(|p| (p.worker, p.recipient));
        plan
    }

    /// Index of the administrator.
    pub const ADMINISTRATOR: usize = 0;
    /// Index of the city's supervisor.
    pub const CITY_SUPERVISOR: usize = 1;

    /// Indexes of the workers who are paired with recipients.
    pub fn carers(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.workers.len()).filter(|i| self.workers[*i].role == Role::Worker)
    }

    /// The pairs of one worker.
    pub fn pairs_of(&self, worker: usize) -> &[Pair] {
        let from = self.pairs.partition_point(|p| p.worker < worker);
        let to = self.pairs.partition_point(|p| p.worker <= worker);
        &self.pairs[from..to]
    }

    fn lay_out_areas(&mut self, dice: &mut Dice) -> Vec<Township> {
        let (first, upper, lower) = (words("township-first"), words("village-first"), words("village-second"));
        let mut names = first.iter();
        let mut townships = Vec::new();
        self.areas.push(Area { code: self.shape.city, name: self.shape.city_name.to_owned() });
        for county in self.shape.counties.clone() {
            let code = county.code.parse().expect("the codes of the seven county-level areas have six digits");
            self.areas.push(Area { code, name: county.name.to_owned() });
            for n in 0..county.townships {
                // By GB/T 10114: 001 ff. are subdistricts, 100 ff. towns, 200 ff. townships.
                let (number, suffix) = match n {
                    0..2 => (n + 1, "街道"),
                    n if n % 3 == 2 => (200 + n, "乡"),
                    n => (100 + n, "镇"),
                };
                let name = names.next().expect("there are more names than townships");
                let code: AreaCode = format!("{code}{number:03}").parse().expect("six and three digits");
                self.areas.push(Area { code, name: format!("{name}{suffix}") });
                let (fewest, most) = self.shape.villages;
                let count = dice.between(fewest.into(), most.into()) as usize;
                let mut villages: Vec<(AreaCode, String)> = Vec::with_capacity(count);
                while villages.len() < count {
                    let name = format!("{}{}村", dice.pick(&upper), dice.pick(&lower));
                    if villages.iter().all(|(_, n)| *n != name) {
                        let code = format!("{code}{:03}", 200 + villages.len()).parse().expect("nine and three digits");
                        villages.push((code, name));
                    }
                }
                self.areas.extend(villages.iter().map(|(code, name)| Area { code: *code, name: name.clone() }));
                townships.push(Township { code, villages, weight: dice.between(70, 130) as u64 });
            }
        }
        townships
    }

    fn found_units(&mut self, townships: &[Township]) {
        let mut add = |code: String, name: String, area| self.units.push(Unit { code, name, area });
        for (n, bureau) in lines("units-city").iter().flat_map(|l| l.split_whitespace()).enumerate() {
            add(format!("U6208-{n:02}"), format!("{}{bureau}", self.shape.city_name), self.shape.city);
        }
        for county in &self.shape.counties {
            let area: AreaCode = county.code.parse().expect("a county's code has six digits");
            for (n, bureau) in words("units-county").iter().enumerate() {
                add(format!("U{area}-{n:02}"), format!("{}{bureau}", county.name), area);
            }
        }
        for township in townships {
            let name = &self.areas.iter().find(|a| a.code == township.code).expect("laid out above").name;
            let office = if name.ends_with("街道") { "办事处" } else { "人民政府" };
            add(format!("U{}", township.code), format!("{name}{office}"), township.code);
        }
    }

    fn appoint_office(&mut self, dice: &mut Dice, people: &mut People, townships: &[Township]) {
        let city = self.shape.city;
        let mut add = |code: String, area: AreaCode, role: Role, unit: usize| {
            let male = dice.chance(500);
            self.workers.push(Worker {
                code,
                name: people.name(dice, male),
                unit: Some(unit_id(&self.units[unit])),
                area,
                role,
                areas: vec![area],
                phone: Some(people.phone()),
                left: false,
            });
        };
        add("admin".to_owned(), city, Role::Administrator, 0);
        add(format!("S{city}"), city, Role::Supervisor, 0);
        let bureau = |area: AreaCode| self.units.iter().position(|u| u.area == area).expect("every area has a unit");
        for county in &self.shape.counties {
            let area = county.code.parse().expect("a county's code has six digits");
            add(format!("S{area}"), area, Role::Supervisor, bureau(area));
        }
        for township in townships {
            add(format!("S{}", township.code), township.code, Role::Supervisor, bureau(township.code));
        }
    }

    /// Distributes workers and recipients over the townships and pairs those of one village.
    fn settle(&mut self, dice: &mut Dice, people: &mut People, townships: &[Township]) {
        let weight = townships.iter().map(|t| t.weight).sum();
        let carers = u64::from(self.shape.workers) - self.workers.len() as u64;
        let mut worker_share = Quota::new(carers, weight);
        let mut recipient_share = Quota::new(self.shape.recipients.into(), weight);
        for township in townships {
            let workers = worker_share.take(township.weight) as usize;
            let recipients = recipient_share.take(township.weight) as usize;
            let (w0, r0) = (self.workers.len(), self.recipients.len());
            let villages = township.villages.len();
            let county = township.code.county().expect("a township lies in a county");
            let county_units: Vec<UnitId> = self.units.iter().filter(|u| u.area == county).map(unit_id).collect();
            let own_unit = self.units.iter().find(|u| u.area == township.code).map(unit_id);
            for i in 0..workers {
                let (village, _) = township.villages[i * villages / workers];
                let male = dice.chance(550);
                let unit = if dice.chance(400) {
                    own_unit
                } else {
                    Some(county_units[dice.below(county_units.len() as u64) as usize])
                };
                self.workers.push(Worker {
                    code: format!("W{}{i:03}", township.code),
                    name: people.name(dice, male),
                    unit,
                    area: village,
                    role: Role::Worker,
                    areas: Vec::new(),
                    phone: Some(people.phone()),
                    left: false,
                });
            }
            for i in 0..recipients {
                let (village, name) = &township.villages[i * villages / recipients];
                let code = format!("R{}{i:04}", township.code);
                let recipient = invent(dice, people, code, *village, name, self.shape.today);
                self.recipients.push(recipient);
            }
            self.pair_up((w0, workers), (r0, recipients));
        }
    }

    fn pair_up(&mut self, (w0, workers): (usize, usize), (r0, recipients): (usize, usize)) {
        if workers == 0 || recipients == 0 {
            return;
        }
        for i in 0..recipients {
            self.pairs.push(Pair {
                worker: w0 + i * workers / recipients,
                recipient: r0 + i,
                role: PairingRole::Paired,
            });
        }
        // With more workers than recipients the other workers get a second role.
        for i in 0..workers {
            let recipient = r0 + i * recipients / workers;
            if recipients < workers && !self.pairs.iter().any(|p| p.worker == w0 + i) {
                self.pairs.push(Pair { worker: w0 + i, recipient, role: PairingRole::FamilyCare });
            }
        }
        // The first worker of each village is its grid worker, and also visits some recipients of the other workers.
        let roles = [PairingRole::FamilyCare, PairingRole::Medical, PairingRole::Counselling, PairingRole::Tutoring];
        let mut village = None;
        for w in w0..w0 + workers {
            if village == Some(self.workers[w].area) {
                continue;
            }
            village = Some(self.workers[w].area);
            let own = |i: usize| w0 + i * workers / recipients == w;
            let neighbours = (0..recipients)
                .filter(|i| self.recipients[r0 + i].area == self.workers[w].area && !own(*i))
                .take(self.shape.grid_extra as usize);
            for (n, i) in neighbours.enumerate() {
                let child = matches!(self.recipients[r0 + i].category, Category::Orphan | Category::UnattendedChild);
                let role = if child { PairingRole::Tutoring } else { roles[n % 3].clone() };
                self.pairs.push(Pair { worker: w, recipient: r0 + i, role });
            }
        }
    }
}

/// A plausible recipient: age by category, tags by age, a guardian for a child.
fn invent(dice: &mut Dice, people: &mut People, code: String, area: AreaCode, village: &str, today: Day) -> Recipient {
    let (category, youngest, oldest) = match dice.below(1000) {
        0..15 => (Category::Orphan, 3, 17),
        15..91 => (Category::UnattendedChild, 3, 17),
        91..540 => (Category::SevereDisability, 18, 84),
        540..615 => (Category::DestituteInstitution, 60, 93),
        615..950 => (Category::DestituteHome, 58, 93),
        _ => (Category::Unclassified, 30, 86),
    };
    let male = dice.chance(560);
    let birth = today.plus(-(dice.between(youngest * 365 + 10, oldest * 365 + 200) as i32));
    let age = today.since(birth) / 365;
    let child = age < 18;
    let disabled = category == Category::SevereDisability;
    let mut tags = Vec::new();
    let mut tag = |wanted: bool, word: &str| {
        if wanted {
            tags.push(word.to_owned());
        }
    };
    let alone = category == Category::DestituteHome && dice.chance(420);
    tag(alone, "lives-alone");
    tag(age >= 80, "advanced-age");
    tag(!alone && !child && age >= 65 && dice.chance(250), "empty-nest");
    tag(child && dice.chance(300), "left-behind");
    let level = dice.between(1, 4);
    tag(dice.chance(450), &format!("dibao-{level}"));
    tag(dice.chance(30), "unstable-out-of-poverty");
    tag(dice.chance(25), "marginal");
    tag(dice.chance(8), "sudden-hardship");
    let frail = disabled || age >= 80;
    let self_care = (frail || dice.chance(200)).then(|| {
        let mut able = |per_mille| dice.chance(per_mille);
        SelfCare {
            eating: able(900),
            dressing: able(750),
            toileting: able(780),
            turning: able(880),
            washing: able(550),
            walking: able(600),
        }
    });
    let guardian = child.then(|| {
        let male = dice.chance(450);
        Guardian {
            name: people.name(dice, male),
            relation: Some(people.relation(dice).to_owned()),
            phone: Some(people.phone()),
        }
    });
    Recipient {
        code,
        name: people.name(dice, male),
        category,
        area,
        household: None,
        id_number: Some(people.id_number(dice, birth, male)),
        birth: Some(birth),
        sex: Some(if male { Sex::Male } else { Sex::Female }),
        phone: (!child && dice.chance(800)).then(|| people.phone()),
        address: Some(format!("{village}{}组{}号", dice.between(1, 6), dice.between(1, 60))),
        position: None,
        tags,
        disability_kind: disabled.then(|| dice.between(1, 7) as u8),
        disability_level: disabled.then(|| dice.between(1, 2) as u8),
        self_care,
        guardian,
        legal_basis: (age < 14).then(|| "监护人书面同意".to_owned()),
        risk: Some(match dice.below(10) {
            0 => RiskTier::High,
            1..4 => RiskTier::Middle,
            _ => RiskTier::Low,
        }),
        note: dice.chance(150).then(|| dice.pick(lines("carer-notes")).to_owned()),
        status: None,
    }
}
