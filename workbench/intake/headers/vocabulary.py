"""The words of headers, in English, German, French and Spanish, brought to one English word each.

One table says which words mean the same. A header is read once in each language: its small words
drop out, its compounds are split over the table ("Mitarbeiternummer" is employee and number), and
what is left is a set of English words, the same for "date d'embauche", "Einstellungsdatum" and
"Hire Date".
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["LANGUAGES", "Reading", "drop_aside", "normalise_header", "read_words", "words_of"]

LANGUAGES = ("en", "de", "fr", "es")

# English | German | French | Spanish. The first word of a row is the one that the others become;
# `_` joins words that mean this only together. A row that begins with
# `>` gives the words that mean several things at once, those before the colon.
_TABLE = """
# people
employee emp empl employees worker staff associate personnel person people ee team_member staff_member reviewee ratee appraisee employe | mitarbeiter ma mitarbeitende mitarbeiterin mitarbeiterinnen arbeitnehmer angestellte beschaftigte person bewertete beurteilte | employe salarie collaborateur collaboratrice agent personne evalue | empleado trabajador colaborador persona evaluado
manager supervisor people_leader boss mgr mngr reports_to report_to reporting_to line_manager people_manager reporting_manager managed_by line_mgr direct_supervisor immediate_supervisor supv supvr | vorgesetzte fuhrungskraft chef chefin leitung direkte_fuhrungskraft berichtet_an fk | responsable superieur superieure chef encadrant n_1 responsable_hierarchique superieur_hierarchique rattache_a nplus1 | jefe jefa supervisor gerente superior responsable reporta_a jefe_directo superior_directo nplus1
rater reviewer assessor evaluator appraiser rated_by reviewed_by assessed_by evaluated_by appraised_by respondent feedback_provider feedback_giver | bewerter beurteiler gutachter bewertet_von beurteilt_von bewertende | evaluateur evaluatrice notateur evalue_par note_par | evaluador evaluadora calificador evaluado_por calificado_por
user | benutzer nutzer | utilisateur | usuario
peer coworker colleague | kollege kollegin kollegen kolleginnen peers | pair collegue | par pares companero colega
direct | direkt disziplinarisch | direct directe hierarchique | directo inmediato
# identity
id identifier ident uid guid | kennung identifikation | identifiant ident | identificador identificacion
number no nr nbr num numb | nummer nr | numero no num | numero num nro n_o
code cd | kennziffer schlussel code quellcode | code | codigo
key | | cle | clave
name nm | name namen bezeichnung | nom denomination libelle | nombre denominacion
first | | |
email mail e_mail email_address emailaddress mail_address | mailadresse emailadresse mail_adresse email_adresse | courriel messagerie adresse_mail adresse_email adresse_electronique courrier_electronique adresse_courriel | correo correo_electronico direccion_de_correo direccion_de_correo_electronico
address addr | adresse anschrift | adresse | direccion domicilio
work job_related | arbeit dienst dienstlich beruflich geschaftlich | travail professionnel professionnelle pro | trabajo laboral
company corporate corp business | firma unternehmen betrieb | entreprise societe | empresa compania corporativo corporativa
private personal | privat personlich | personnel personnelle prive | personal privado particular
full complete whole | voll vollstandig | complet complete | completo completa
preferred | rufname bevorzugt gewunscht | prefere souhaite usuel | preferido deseado
# time
date dt | datum | date | fecha fec
cycle period round campaign | zeitraum periode zyklus runde | periode cycle campagne | periodo ciclo campana
year yr | jahr | annee exercice an | ano ejercicio gestion
quarter qtr | quartal | trimestre | trimestre
half semester half_year halfyear hy | halbjahr | semestre | semestre
fiscal financial | geschafts | fiscal fiscale | fiscal
annual yearly yr_end full_year | jahrlich jahres | annuel annuelle | anual
end yearend | ende jahresende | fin | fin cierre
mid midyear interim | halbjahres mitte zwischen | mi intermediaire | medio intermedia
current | aktuell derzeitig gegenwartig | actuel actuelle courant occupe | actual vigente
last latest recent most_recent | letzte jungste | dernier derniere | ultimo ultima
next upcoming future | nachste zukunftig kunftig | prochain prochaine suivant | proximo proxima siguiente
previous prior former past | vorherige vorjahr vorjahres vorige bisherige fruhere | precedent precedente ancien | anterior previo previa
target goal objective | ziel | cible objectif | objetivo meta
since | seit | depuis | desde
# position
job | beruf job | emploi metier | trabajo empleo
title designation | titel | intitule titre | titulo denominacion_del_puesto
position post | stelle funktion tatigkeit dienststellung planstelle | poste fonction | puesto cargo posicion plaza funcion
role | rolle | role | rol
career | karriere werdegang | carriere professionnel | carrera profesional
track path pathway ladder | pfad weg leiter | filiere parcours voie | trayectoria itinerario ruta
level lvl tier | stufe ebene level | niveau echelon | nivel escalafon
grade | grad besoldungsstufe | grade | grado
seniority | senioritat dienstalter | anciennete seniorite | antiguedad
family fmly fam | familie | famille | familia
group grp | gruppe | groupe | grupo
discipline | fachrichtung disziplin | discipline specialite | disciplina especialidad
team squad pod crew | team arbeitsgruppe | equipe | equipo
department dept division business_unit org_unit bu organization organisation org dep dpt organizational_unit | abteilung bereich fachbereich geschaftsbereich organisationseinheit ressort geschaftseinheit unternehmensbereich orgeinheit orgeh | departement service direction pole unite_organisationnelle unite | departamento area gerencia unidad unidad_de_negocio division
location site office city country region workplace worksite | standort ort arbeitsort dienstort arbeitsplatz niederlassung land buro buros stadt arbeitsstatte einsatzort | lieu site bureau ville pays localisation implantation etablissement lieu_d_affectation lieu_de_travail affectation | ubicacion sede oficina ciudad pais lugar localidad centro_de_trabajo lugar_de_trabajo emplazamiento
hire hired hiring join joined joining onboarding onboarded doj engagement_date | eintritt einstellung anstellung arbeitsbeginn dienstantritt diensteintritt eingestellt | embauche entree arrivee recrutement | ingreso contratacion incorporacion entrada admision
start started begin commencement | beginn start | debut | inicio comienzo
promotion promoted promo | beforderung befordert aufstieg | promotion promu | promocion ascenso ascendido
status | status zustand | statut etat situation | estado estatus situacion
active is_active | aktiv | actif active | activo activa
employment employed | beschaftigung arbeitsverhaltnis anstellungs | emploi contrat_de_travail | empleo relacion_laboral laboral
fte full_time_equivalent fulltime_equivalent | vollzeitaquivalent fte beschaftigungsgrad arbeitszeitanteil beschaftigungsumfang stellenumfang arbeitspensum bsgrd | etp equivalent_temps_plein taux_d_activite taux_activite taux_d_occupation quotite quotite_de_travail | etc fte equivalente_a_tiempo_completo porcentaje_de_jornada jornada porcentaje_jornada
leave absence loa absent | abwesenheit fehlzeit abwesend | absence conge | ausencia permiso
share percent percentage pct ratio proportion fraction | anteil prozent quote prozentsatz | part pourcentage taux proportion | porcentaje tasa proporcion cuota
membership | zugehorigkeit | appartenance | pertenencia
# ratings
rating score scoring mark outcome result ratg rtg | bewertung note ergebnis punktzahl einstufung rating wertung | note score notation resultat cotation | calificacion puntuacion nota puntaje resultado
review appraisal evaluation assessment eval rev assess reflection | beurteilung einschatzung evaluation mitarbeitergesprach prufung review reflexion | evaluation appreciation bilan revue relecture reflexion | evaluacion valoracion revision apreciacion reflexion
comment comments cmt txt narrative remark remarks feedback text notes written summary commentary statement fdbk writeup | kommentar anmerkung bemerkung ruckmeldung feedback freitext text zusammenfassung stellungnahme notizen | commentaire retour observation remarque texte feedback | comentario retroalimentacion observacion feedback texto
performance perf performace | leistung performance arbeitsleistung | performance rendement | desempeno rendimiento
potential | potenzial potential entwicklungspotenzial | potentiel potentiel_d_evolution | potencial
overall global general | gesamt insgesamt | global globale general generale ensemble | global general total
self own | selbst eigen eigene | auto soi | auto propia propio
calibrated calibration calib agreed_by_committee post_calibration post_calibrated postcalibration postcalibrated after_calibration moderated committee_agreed panel_agreed consensus | kalibriert kalibrierung nach_kalibrierung nach_der_kalibrierung | calibre calibration calibrage apres_calibration apres_calibrage | calibrada calibrado calibracion tras_calibracion despues_de_la_calibracion tras_la_calibracion post_calibracion
precalibrated precalibration pre_calib precalib pre_calibrated pre_calibration uncalibrated before_calibration pre_cal precal prior_to_calibration pre_calib | unkalibriert vor_kalibrierung vor_der_kalibrierung | avant_calibration avant_calibrage avant_la_calibration | antes_de_la_calibracion antes_de_calibracion pre_calibracion precalibracion previa_a_la_calibracion
final definitive | endgultig abschliessend end final schluss | final finale definitif definitive | final definitiva definitivo
original initial draft proposed preliminary provisional tentative | ursprunglich vorlaufig vorgeschlagen entwurf initial erst | initial initiale provisoire proposee propose preliminaire origine | inicial preliminar provisional propuesta propuesto original
technical tech technology | technisch fachlich | technique | tecnico tecnica
upward bottom_up | aufwarts | ascendante ascendant | ascendente
average avg mean | durchschnitt durchschnittlich mittelwert | moyen moyenne | promedio media medio
type kind category | art typ kategorie | type categorie | tipo categoria
# output
count counts number_of no_of num_of qty quantity cnt total sum amount | anzahl menge summe gesamtzahl zahl | nombre nb quantite total nbre | cantidad total n numero nro
commit | | | confirmacion
pr mr pull_request merge_request pullrequest mergerequest pull_req merge_req | | demande_de_fusion | solicitud_de_extraccion
merged | gemergt zusammengefuhrt | fusionne | fusionada fusionado integrada
completed done finished delivered closed | abgeschlossen erledigt geliefert umgesetzt | termine realise livre acheve | completado completada entregado realizada realizado
given held taught presented | gehalten gegeben durchgefuhrt | donne tenu effectue anime | dada dado impartida impartido ofrecida
written authored created made built | verfasst erstellt geschrieben gebaut | redige ecrit cree realise | escrito redactado creado elaborado
resolved solved fixed handled resolution | gelost behoben bearbeitet | resolu traite corrige | resuelto resuelta atendido gestionado
skill skills competence competency | kompetenz fahigkeit | competence | competencia habilidad
engineering eng engrg | | |
desc descr descrip | beschreibung | | descripcion
document doc docs documents | dokument dokumente | document | documento
design architecture | design entwurf architektur | conception design architecture | diseno arquitectura
incident outage | vorfall vorfalle storung storungen | incident panne | incidente incidencia
story | story | story histoire | historia
point pt | punkt punkte | point | punto
storypoint | storypunkte | |
mentee protege mentored | mentee mentees schutzling | mentore mentoree filleul | mentorizado mentorado pupilo
mentoring mentorship coaching | mentoring mentoren betreuung | mentorat tutorat coaching mentoring | mentoria tutoria mentoring
hour hrs hours | stunde stunden std | heure | hora
cross across inter | ubergreifend | inter entre transversal transverse | inter entre transversal
talk talks presentation lecture | vortrag vortrage prasentation prasentationen fachvortrag fachvortrage | presentation conference expose | charla presentacion ponencia
prototype poc | prototyp prototypen | prototype | prototipo
escalation | eskalation | escalade | escalacion escalamiento escalado
customer client | kunde kunden | client | cliente
rework | nacharbeit nachbesserung | reprise retravail | retrabajo reproceso
retention | bindung verbleib | retention fidelisation | retencion permanencia
# outcome and preference
engagement | engagement | engagement | compromiso
satisfaction sat | zufriedenheit | satisfaction | satisfaccion
index | index | indice | indice
survey | umfrage befragung | enquete sondage | encuesta
regretted regrettable regret unwanted | bedauert unerwunscht ungewollt | regrette | lamentada lamentado no_deseada
exit leaver attrition departure turnover | abgang austritt fluktuation | depart | salida baja rotacion
preference interest aspiration wish desired wanted | wunsch praferenz | preference souhait aspiration | preferencia aspiracion interes deseada
# pay
pay salary compensation comp remuneration wage | gehalt lohn entgelt vergutung | salaire remuneration salarial salariale paie | salario sueldo salarial retribucion remuneracion retributiva
band range bracket | band gehaltsspanne | bande fourchette tranche | banda rango franja
> compa share : comparatio comp_ratio compa_ratio | | |
# protected
gender sex | geschlecht gesch | sexe genre | sexo genero
ethnicity race ethnic ethnical | ethnie ethnizitat ethnisch ethnische_herkunft | ethnie ethnique origine_ethnique | etnia raza etnico origen_etnico
age | alter lebensalter | age | edad
birth birthday born birthdate dob brth | geburt geburtstag | naissance | nacimiento
nationality citizenship | nationalitat staatsangehorigkeit staatsburgerschaft | nationalite citoyennete | nacionalidad ciudadania
disability disabled handicap disabilities | behinderung schwerbehinderung schwerbehindert behindert | handicap invalidite rqth | discapacidad minusvalia
> employee number : | pernr personalnummer personalnr personal_nr personal_nummer persnr pers_nr stammnummer personalkennziffer personal_id | matricule | matricula legajo
> first name : given_name forename fname first_nm | vorname vornamen | prenom prenoms | nombre_de_pila primer_nombre nombres
> last name : surname family_name lname last_nm | nachname familienname zuname | nom_de_famille nom_usuel nom_patronymique | apellido apellidos primer_apellido
> full name : | ename vor_und_nachname name_vorname vorname_name vorname_nachname nachname_vorname | nom_et_prenom nom_prenom prenom_nom prenom_et_nom noms_et_prenoms | nombre_y_apellidos nombre_y_apellido apellidos_y_nombre apellidos_nombre nombre_apellidos nombres_y_apellidos apellidos_y_nombres
> career track : | laufbahn fachlaufbahn | | trayectoria_profesional
> story point : sp sps | | |
> hire date : | | | fecha_de_alta
> birth date : | gbdat geburtsdatum geburtstag | ne_le date_de_naissance | fecha_de_nacimiento cumpleanos
> self review : | selbstbeurteilung selbsteinschatzung | auto_evaluation | auto_evaluacion
> manager review : | fremdeinschatzung | |
> tenure : | betriebszugehorigkeit firmenzugehorigkeit unternehmenszugehorigkeit dienstjahre | |
"""  # noqa: E501

# Words that say nothing about what a column holds.
_SMALL: dict[str, frozenset[str]] = {
    "en": frozenset("the of a an and for to in with from s its".split()),
    "de": frozenset("der die das des dem den und von vom im in am zum zur fur bei je ein".split()),
    "fr": frozenset("de du des la le les l d et en au aux a par pour sur un une son".split()),
    "es": frozenset("de del la el los las y en por para al a un una su".split()),
}
_ENDINGS: dict[str, tuple[str, ...]] = {
    "en": ("s", "es"),
    "de": ("n", "en", "e", "er", "es", "s", "r", "in", "innen", "nen", "em"),
    "fr": ("s", "e", "es", "le", "les", "x"),
    "es": ("s", "es"),
}
# German puts these between the parts of a compound.
_JOINTS: dict[str, tuple[str, ...]] = {"de": ("", "s", "n", "en", "es", "er", "e", "in", "innen")}
_LONGEST_PHRASE = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """A header as one language reads it.

    Attributes
    ----------
    language
        `en`, `de`, `fr` or `es`.
    words
        Its English words; a word that no language knows stays as it is.
    foreign
        How many of them had to be translated.
    """

    language: str
    words: frozenset[str]
    foreign: int = 0


@lru_cache(maxsize=65_536)
def normalise_header(header: str) -> str:
    """Fold a header to lower-case words: camelCase split, accents and punctuation gone.

    Examples
    --------
    >>> [normalise_header(header) for header in ("EmployeeNumber", "Worker's Manager", "E-mail")]
    ['employee number', 'workers manager', 'email']
    """
    text = unicodedata.normalize("NFKC", header)
    # An apostrophe ends a French article, and stands before an English s.
    text = re.sub(r"\b([dlDL]|[qQ]u)['\u2019`\u00b4](?=\w\w)", r"\1 ", text)
    text = re.sub(r"[\u2018\u2019'`\u00b4]", "", text)
    text = re.sub(r"\b([nN])\s?\u00b0", " number ", text)
    # The French call the manager "N+1".
    text = re.sub(r"\b[nN]\s?\+\s?1\b", " nplus1 ", text)
    text = re.sub(r"\be-mail", "email", text, flags=re.IGNORECASE)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = re.sub(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z](?!s(?![a-z]))[a-z])", " ", text)
    text = text.replace("%", " percent ").replace("#", " number ")
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


# What stands in brackets behind a header and only says how it is filled in: "(L/M/H)", "(yrs)".
_ASIDE = re.compile(r"(?<=\S)\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_FILLED_IN = frozenset(
    "yr yrs year years jahr jahre jahren an ans anos day days tage jours dias hour hours hrs h std "
    "stunden heures horas month months monate mois meses text freitext texto texte free libre "
    "scale skala echelle escala von sur out of to bis a de if any optional required pflichtfeld "
    "obligatoire obligatorio opcional numeric eur usd points punkte".split()
)


def drop_aside(header: str) -> str:
    """Take off a bracket that says how a column is filled in, and not what it holds.

    Examples
    --------
    >>> drop_aside("Potential (L/M/H)"), drop_aside("Age (yrs)"), drop_aside("Talks (given)")
    ('Potential', 'Age', 'Talks (given)')
    """
    match = _ASIDE.search(header)
    if match is None:
        return header
    words = normalise_header(match[1]).split()
    options = "/" in match[1] or (match[1].isupper() and len(match[1]) <= 4)
    said = all(word in _FILLED_IN or word.isdigit() or len(word) == 1 for word in words)
    return header[: match.start()] if options or said else header


def _read_table() -> dict[str, dict[str, tuple[str, ...]]]:
    """Read the table: for each language, what each of its words and phrases becomes."""
    meanings: dict[str, dict[str, tuple[str, ...]]] = {language: {} for language in LANGUAGES}
    for line in _TABLE.strip().splitlines():
        if line.startswith("#"):
            continue
        columns = [column.split() for column in line.split("|")]
        if line.startswith(">"):
            target, _, synonyms = line[1:].split("|")[0].partition(":")
            means, columns[0] = tuple(target.split()), synonyms.split()
        else:
            means = (columns[0][0],)
        for language, words in zip(LANGUAGES, columns, strict=True):
            for word in words:
                meanings[language].setdefault(word.replace("_", " "), means)
    return meanings


_MEANINGS = _read_table()


def words_of(language: str) -> frozenset[str]:
    """Give the single words that a language has in the table, English ones included."""
    return frozenset(
        word for known in ("en", language) for word in _MEANINGS[known] if " " not in word
    )


@lru_cache(maxsize=65_536)
def read_words(key: str) -> tuple[Reading, ...]:
    """Read a folded header in each language in which it makes a difference, English first.

    Examples
    --------
    >>> [sorted(reading.words) for reading in read_words("mitarbeiternummer")][-1]
    ['employee', 'number']
    >>> [sorted(reading.words) for reading in read_words("date d embauche")][-1]
    ['date', 'hire']
    """
    tokens = key.split()
    readings: dict[frozenset[str], Reading] = {}
    for language in LANGUAGES:
        words, foreign = _read_tokens(tokens, language)
        if words:
            readings.setdefault(words, Reading(language, words, foreign))
    return tuple(readings.values())


def _read_tokens(tokens: Sequence[str], language: str) -> tuple[frozenset[str], int]:
    """Bring words to English ones, the longest phrases first; counts the foreign ones."""
    words: list[str] = []
    foreign = 0
    place = 0
    while place < len(tokens):
        for length in range(min(_LONGEST_PHRASE, len(tokens) - place), 0, -1):
            phrase = " ".join(tokens[place : place + length])
            found = _look_up(phrase, language)
            if found:
                means, own = found
                words += means
                foreign += own
                break
        else:
            length = 1
            if tokens[place] not in _SMALL[language] | _SMALL["en"]:
                words.append(_singular(tokens[place]))
        place += length
    return frozenset(words), foreign


@lru_cache(maxsize=65_536)
def _look_up(phrase: str, language: str) -> tuple[tuple[str, ...], bool] | None:
    """Find what a word or phrase becomes, and whether it is one of the language's own."""
    both = tuple(dict.fromkeys((language, "en")))
    # An English word as it stands comes before another language's with its ending cut off.
    for look in (_MEANINGS.__getitem__, None):
        for known in both:
            means = look(known).get(phrase) if look else _inflected(phrase, known)
            if means:
                return means, known != "en"
    if " " in phrase or len(phrase) < 7:
        return None
    parts = _split(phrase, language)
    return (parts, language != "en") if parts else None


def _inflected(word: str, language: str) -> tuple[str, ...] | None:
    """Look a word up as it is, then without what its grammar put at its end."""
    known = _MEANINGS[language]
    spellings = [word]
    if language == "de":
        # Those without umlauts on their keyboard write "ae" for "a".
        spellings.append(re.sub(r"([aou])e", r"\1", word))
    for spelling in spellings:
        if spelling in known:
            return known[spelling]
        for ending in _ENDINGS[language]:
            stem = spelling.removesuffix(ending)
            if stem != spelling and len(stem) > 3 and stem in known:
                return known[stem]
    return None


_BEGINNINGS = {
    language: frozenset(word[:3] for known in {language, "en"} for word in _MEANINGS[known])
    for language in LANGUAGES
}


def _split(word: str, language: str) -> tuple[str, ...] | None:
    """Split a word that is several written as one, such as "gehaltsband" or "JOBGRADE"."""
    if word[:3] not in _BEGINNINGS[language] or len(word) > 60:
        return None
    best: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(3, len(word) + 1):
        for begin in sorted(best):
            if end - begin < 3 or len(best[begin]) > 3:
                continue
            means = _part(word[begin:end], language, last=end == len(word))
            if means and (end not in best or len(best[end]) > len(best[begin]) + len(means)):
                best[end] = (*best[begin], *means)
    return best.get(len(word))


def _part(piece: str, language: str, *, last: bool) -> tuple[str, ...] | None:
    """Look up one part of a compound; the parts before the last may end in a joint."""
    for known in dict.fromkeys((language, "en")):
        if last and (means := _inflected(piece, known)):
            return means
        for joint in _JOINTS.get(language, ("",)):
            stem = piece.removesuffix(joint) if joint else piece
            if len(stem) >= 3 and stem in _MEANINGS[known] and (joint == "" or stem != piece):
                return _MEANINGS[known][stem]
    return None


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
