//! How the arguments of each command look, and a mutation as a choice between the commands.

#![expect(unused_qualifications, reason = "utoipa's macro names the types of fields by their full path")]

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Schema,
        schema::{AllOfBuilder, Discriminator, Object, ObjectBuilder, OneOfBuilder, Type},
    },
};

use crate::{
    command::{
        ChecklistAnswerArgs, InspectionSubmit, MeasurementAdd, NoteAdd, NoteChange, PatrolRecord, PhotoAdd, PhotoRemove, RoundJudge,
        TicketCreate, TicketEdit, TicketPropose, VisitLeave, VisitRecord, WithReason, WorkRetract, WorkStart, WorkSubmit,
    },
    ids::{AccountId, GroupId, MutationId},
    openapi::{Components, change::word},
    time::Timestamp,
    words::visit::MockFlag,
};

/// A quantity of something.
#[derive(ToSchema)]
pub struct Quantity {
    /// Code of what was measured.
    pub item: String,
    /// How much.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub quantity: f64,
    /// In which unit.
    pub unit: String,
}

/// Whether a fix was simulated: as a boolean, or as the word that the row has.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum MockArgument {
    /// As the operating system says it.
    Flag(bool),
    /// As the row has it.
    Word(MockFlag),
}

/// What every mutation has beside its command: its place and what its author knew.
#[derive(ToSchema)]
pub struct MutationHead {
    /// Place in the device's sequence, from 1 without gaps.
    #[schema(minimum = 1)]
    pub seq: i64,
    /// Identity, made by the device.
    pub id: MutationId,
    /// The all-or-nothing group it belongs to.
    pub group: Option<GroupId>,
    /// Version of the command.
    #[schema(required = false, default = 1)]
    pub v: i64,
    /// What it is about: a ticket or a work order; of what makes a ticket or a patrol, the new one.
    pub entity: uuid::Uuid,
    /// The revision of the entity that the author had seen.
    pub base: Option<i64>,
    /// The stamp of the entity that the author had seen, microseconds.
    pub seen_ts: Option<i64>,
    /// The epoch of the work order that the author knew.
    pub epoch: Option<i64>,
    /// The device's wall clock when the person acted. One that cannot be read is told by a warning.
    pub at: Option<Timestamp>,
    /// The device's uptime then, milliseconds.
    pub up: Option<i64>,
    /// The device's boot then.
    pub boot: Option<String>,
    /// Who acted; absent: who pushes.
    pub actor: Option<AccountId>,
}

/// The arguments of a command.
#[derive(Clone)]
pub struct CommandSchema {
    /// Name of the command.
    pub cmd: &'static str,
    /// Name of the schema of its arguments.
    pub name: String,
    /// That schema.
    pub args: RefOr<Schema>,
    /// What it refers to.
    pub components: Components,
}

/// The arguments of every command, in the order of [`crate::command::COMMANDS`].
#[must_use]
pub fn commands() -> Vec<CommandSchema> {
    vec![
        of::<TicketCreate>("ticket.create", &[], &[]),
        of::<TicketEdit>("ticket.edit", &[], &[]),
        of::<TicketPropose>("ticket.propose", &[], &[]),
        of::<NoteAdd>("note.add", &[], &[]),
        of::<NoteChange>("note.edit", &[], &["text"]),
        of::<NoteChange>("note.remove", &["text"], &[]),
        of::<VisitRecord>("visit.record", &[], &[]),
        of::<VisitLeave>("visit.leave", &[], &[]),
        of::<PatrolRecord>("patrol.record", &[], &[]),
        of::<PhotoAdd>("photo.add", &[], &[]),
        of::<PhotoRemove>("photo.remove", &[], &[]),
        of::<MeasurementAdd>("measurement.add", &[], &[]),
        of::<ChecklistAnswerArgs>("checklist.answer", &[], &[]),
        without_arguments("work.accept"),
        of::<WithReason>("work.decline", &["visit", "review_at"], &[]),
        of::<WorkStart>("work.start", &[], &[]),
        of::<WithReason>("work.request_hold", &["visit"], &[]),
        without_arguments("work.resume"),
        of::<WorkSubmit>("work.submit", &[], &[]),
        of::<WithReason>("work.fail_visit", &["review_at"], &[]),
        of::<WorkRetract>("work.retract", &[], &[]),
        of::<InspectionSubmit>("inspection.submit", &[], &[]),
        of::<RoundJudge>("round.verify", &["defects"], &[]),
        of::<RoundJudge>("round.rework", &[], &["defects"]),
    ]
}

/// The arguments that a type holds, without those that a command does not take; `need` are required of this command.
fn of<T: ToSchema>(cmd: &'static str, leave_out: &[&str], need: &[&str]) -> CommandSchema {
    let mut components = Vec::new();
    T::schemas(&mut components);
    let args = match T::schema() {
        RefOr::T(Schema::Object(mut object)) => {
            object.description = Some(format!("The arguments of `{cmd}`."));
            object.properties.retain(|name, _| !leave_out.contains(&name.as_str()));
            object.required.retain(|name| !leave_out.contains(&name.as_str()));
            for name in need {
                require(&mut object, name);
            }
            object.into()
        }
        other => other,
    };
    CommandSchema { cmd, name: named(cmd, "Args"), args, components }
}

/// An argument that must be there is not `null` either.
fn require(object: &mut Object, name: &str) {
    if !object.required.iter().any(|r| r == name) {
        object.required.push(name.to_owned());
    }
    if let Some(RefOr::T(Schema::Object(property))) = object.properties.get_mut(name)
        && let utoipa::openapi::schema::SchemaType::Array(types) = &property.schema_type
        && let Some(only) = types.iter().find(|t| **t != Type::Null)
    {
        property.schema_type = only.clone().into();
    }
}

fn without_arguments(cmd: &'static str) -> CommandSchema {
    let none =
        ObjectBuilder::new().schema_type(Type::Object).max_properties(Some(0)).description(Some(format!("`{cmd}` takes no arguments.")));
    CommandSchema { cmd, name: named(cmd, "Args"), args: none.build().into(), components: Vec::new() }
}

/// `work.request_hold` → `WorkRequestHold`, with an ending.
fn named(cmd: &str, ending: &str) -> String {
    let parts = cmd.split(['.', '_']).map(|part| {
        let mut letters = part.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    });
    parts.chain([ending.to_owned()]).collect()
}

/// A mutation: a command with what its author knew.
#[derive(Debug)]
pub enum Mutation {}

impl PartialSchema for Mutation {
    fn schema() -> RefOr<Schema> {
        let all = commands();
        let name = |cmd: &str| format!("#/components/schemas/{}", named(cmd, "Mutation"));
        let discriminator = Discriminator::with_mapping("cmd", all.iter().map(|c| (c.cmd, name(c.cmd))));
        let of = all.iter().fold(OneOfBuilder::new(), |of, c| of.item(Ref::from_schema_name(named(c.cmd, "Mutation"))));
        of.discriminator(Some(discriminator)).description(Some("A command with what its author knew.")).into()
    }
}

impl ToSchema for Mutation {
    fn name() -> Cow<'static, str> {
        "Mutation".into()
    }

    fn schemas(schemas: &mut Components) {
        schemas.push((MutationHead::name().into_owned(), MutationHead::schema()));
        MutationHead::schemas(schemas);
        for command in commands() {
            let own = ObjectBuilder::new()
                .schema_type(Type::Object)
                .property("cmd", word(command.cmd))
                .property("args", Ref::from_schema_name(&command.name))
                .required("cmd")
                .required("args");
            let mutation = AllOfBuilder::new().item(Ref::from_schema_name(MutationHead::name())).item(own);
            schemas.push((named(command.cmd, "Mutation"), mutation.into()));
            schemas.push((command.name, command.args));
            schemas.extend(command.components);
        }
    }
}
