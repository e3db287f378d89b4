--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: river_job_state; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.river_job_state AS ENUM (
    'available',
    'cancelled',
    'completed',
    'discarded',
    'pending',
    'retryable',
    'running',
    'scheduled'
);


--
-- Name: river_job_state_in_bitmask(bit, public.river_job_state); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.river_job_state_in_bitmask(bitmask bit, state public.river_job_state) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT CASE state
        WHEN 'available' THEN get_bit(bitmask, 7)
        WHEN 'cancelled' THEN get_bit(bitmask, 6)
        WHEN 'completed' THEN get_bit(bitmask, 5)
        WHEN 'discarded' THEN get_bit(bitmask, 4)
        WHEN 'pending'   THEN get_bit(bitmask, 3)
        WHEN 'retryable' THEN get_bit(bitmask, 2)
        WHEN 'running'   THEN get_bit(bitmask, 1)
        WHEN 'scheduled' THEN get_bit(bitmask, 0)
        ELSE 0
    END = 1;
$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: last_verification; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.last_verification (
    id bigint NOT NULL,
    document text NOT NULL
);


--
-- Name: river_job; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.river_job (
    id bigint NOT NULL,
    state public.river_job_state DEFAULT 'available'::public.river_job_state NOT NULL,
    attempt smallint DEFAULT 0 NOT NULL,
    max_attempts smallint DEFAULT 25 NOT NULL,
    attempted_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    finalized_at timestamp with time zone,
    scheduled_at timestamp with time zone DEFAULT now() NOT NULL,
    priority smallint DEFAULT 1 NOT NULL,
    args jsonb NOT NULL,
    attempted_by text[],
    errors jsonb[],
    kind text NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    queue text DEFAULT 'default'::text NOT NULL,
    tags character varying(255)[] DEFAULT '{}'::character varying[] NOT NULL,
    unique_key bytea,
    unique_states bit(8),
    CONSTRAINT finalized_or_finalized_at_null CHECK ((((finalized_at IS NULL) AND (state <> ALL (ARRAY['cancelled'::public.river_job_state, 'completed'::public.river_job_state, 'discarded'::public.river_job_state]))) OR ((finalized_at IS NOT NULL) AND (state = ANY (ARRAY['cancelled'::public.river_job_state, 'completed'::public.river_job_state, 'discarded'::public.river_job_state]))))),
    CONSTRAINT kind_length CHECK (((char_length(kind) > 0) AND (char_length(kind) < 128))),
    CONSTRAINT max_attempts_is_positive CHECK ((max_attempts > 0)),
    CONSTRAINT priority_in_range CHECK (((priority >= 1) AND (priority <= 4))),
    CONSTRAINT queue_length CHECK (((char_length(queue) > 0) AND (char_length(queue) < 128)))
);


--
-- Name: river_job_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.river_job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: river_job_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.river_job_id_seq OWNED BY public.river_job.id;


--
-- Name: river_leader; Type: TABLE; Schema: public; Owner: -
--

CREATE UNLOGGED TABLE public.river_leader (
    elected_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    leader_id text NOT NULL,
    name text DEFAULT 'default'::text NOT NULL,
    CONSTRAINT leader_id_length CHECK (((char_length(leader_id) > 0) AND (char_length(leader_id) < 128))),
    CONSTRAINT name_length CHECK ((name = 'default'::text))
);


--
-- Name: river_migration; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.river_migration (
    line text NOT NULL,
    version bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT line_length CHECK (((char_length(line) > 0) AND (char_length(line) < 128))),
    CONSTRAINT version_gte_1 CHECK ((version >= 1))
);


--
-- Name: river_notification; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.river_notification (
    id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    payload text NOT NULL,
    topic text NOT NULL,
    CONSTRAINT topic_length CHECK (((length(topic) > 0) AND (length(topic) < 128)))
);


--
-- Name: river_notification_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.river_notification_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: river_notification_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.river_notification_id_seq OWNED BY public.river_notification.id;


--
-- Name: river_queue; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.river_queue (
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    paused_at timestamp with time zone,
    updated_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);


--
-- Name: settings_revision; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.settings_revision (
    revision bigint NOT NULL,
    document text NOT NULL,
    author text NOT NULL,
    saved_at text NOT NULL
);


--
-- Name: river_job id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.river_job ALTER COLUMN id SET DEFAULT nextval('public.river_job_id_seq'::regclass);


--
-- Name: river_notification id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.river_notification ALTER COLUMN id SET DEFAULT nextval('public.river_notification_id_seq'::regclass);


--
-- Data for Name: last_verification; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.last_verification (id, document) FROM stdin;
1	{"at":"2026-11-26T09:34:04.15239055Z","actor":"anna","revision":3,"values":{"access_token":"2026-11-26T09:34:04.142392935Z","authentication":"automatic","ca_certificate":"-----BEGIN CERTIFICATE-----\\nMIIBhDCCASqgAwIBAgIQSe4pJn1jnNev8aL0R3+HqDAKBggqhkjOPQQDAjAiMSAw\\nHgYDVQQDExdQcmFjdGljZSBtYWlsIHNlcnZlciBDQTAeFw0yNjExMjYwODM0MDNa\\nFw0zNjExMjYwOTM0MDNaMCIxIDAeBgNVBAMTF1ByYWN0aWNlIG1haWwgc2VydmVy\\nIENBMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAETJUz2wCD+WG2upVX/r5z+bVw\\na2l+bSBXrCE2V7rxSgo7nZrA6ldsVf+a0kYAMXuCNfwcfopBOTt1NA8VRXEloqNC\\nMEAwDgYDVR0PAQH/BAQDAgKEMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFLSV\\nh0JY9aoOwCj/SNuuzRq3PKBYMAoGCCqGSM49BAMCA0gAMEUCIAqwXoQt/8vA32m3\\ntq2R9tYHY1HCEcZfYBAlGpbXsoShAiEAzL4xviLfs2Wf8RUNYtO0kdQxEgq9PGwv\\nXOk8HaoP8Zk=\\n-----END CERTIFICATE-----\\n","ehlo_name":"console.practice.example","email":"alerts@practice.example","login":"me@practice.example","name":"Überwachung","password":"2026-11-26T09:34:04.136969512Z","password_reference":null,"pinned_certificate":null,"port":25871,"proxy":null,"server":"127.0.0.1","time_limit":"30s","use_other_account":true,"use_ssl":false}}
\.


--
-- Data for Name: river_job; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.river_job (id, state, attempt, max_attempts, attempted_at, created_at, finalized_at, scheduled_at, priority, args, attempted_by, errors, kind, metadata, queue, tags, unique_key, unique_states) FROM stdin;
1	completed	1	60	2026-11-26 09:34:04.161357+00	2026-11-26 09:34:04.157074+00	2026-11-26 09:34:04.168842+00	2026-11-26 09:34:04.157074+00	1	{"to": "you@email.com", "key": "delivered-1", "actor": "anna", "sealed": "Cix6L/suCCHULZJH4gON0NLjiTKcAzcTckpM6BY+VIx+Sb9r89M5KVM4OLTtDRIMkIrKn99tTiG5/VegKloqWAo8TaIrctCCxAxpVN/aEzVxctuqZ2klUyPiFuBkWA3V9Fw3RAB0KrpiKp0zDnEBbQ4JnygAhy5GsrlKMGZVKhgaFmxvY2FsLTVlN2Y5NjY3YmU2YzZiNmI=", "subject": "Disk full"}	{vm_2026_11_26T09_34_04_088564}	\N	notification	{}	default	{}	\\x4f8c772fb8572cd4f4547c725e2cbff20c6147fc98bf20fe0f51bf19d5e67d08	11111111
2	cancelled	1	60	2026-11-26 09:34:04.185563+00	2026-11-26 09:34:04.181831+00	2026-11-26 09:34:04.188192+00	2026-11-26 09:34:04.181831+00	1	{"to": "gone@email.com", "key": "dead-1", "actor": "anna", "sealed": "CioXhYXL52NUExYYEY7Hrmiloe0bVxrEZigxDVCtRl00xMSQ0FIFdGb4+5YSDBWd+tY4L++L9dhJqypaKlgKPNm3aQAIYjGqFsTm13AWlVy5E2F76lz+fghSUuMIfuNXu98vsUjHZTKUi1jA85HnryotLai+L4LAyViORioYGhZsb2NhbC01ZTdmOTY2N2JlNmM2YjZi", "subject": "Fan failed"}	{vm_2026_11_26T09_34_04_088564}	{"{\\"at\\": \\"2026-11-26T09:34:04.186912581Z\\", \\"error\\": \\"JobCancelError: {\\\\\\"severity\\\\\\":\\\\\\"error\\\\\\",\\\\\\"code\\\\\\":\\\\\\"recipient_unknown\\\\\\",\\\\\\"step\\\\\\":\\\\\\"recipient\\\\\\",\\\\\\"summary\\\\\\":\\\\\\"\\\\\\\\u001f[\\\\\\\\\\\\\\"The server does not know the mail box {recipient}.\\\\\\\\\\\\\\",\\\\\\\\\\\\\\"recipient\\\\\\\\\\\\\\",\\\\\\\\\\\\\\"gone@email.com\\\\\\\\\\\\\\"]\\\\\\",\\\\\\"detail\\\\\\":\\\\\\"Check its spelling, or test with another recipient.\\\\\\",\\\\\\"evidence\\\\\\":{\\\\\\"code\\\\\\":550,\\\\\\"enhanced_code\\\\\\":\\\\\\"5.1.1\\\\\\",\\\\\\"text\\\\\\":\\\\\\"No such user here\\\\\\"}}\\", \\"trace\\": \\"\\", \\"attempt\\": 1}"}	notification	{}	default	{}	\\x4ba60d727a87f699e5de64d13dfd39b9bd2c2add94316d083fe88a6b4bb0ccf8	11111111
3	available	0	60	2026-11-26 09:34:04.400875+00	2026-11-26 09:34:04.39851+00	\N	2026-11-26 09:34:08.404422+00	1	{"to": "you@email.com", "key": "waiting-1", "actor": "anna", "sealed": "CmAiwtGI4sfL0kqjSq4tA87zY3UcfrhY/ucigFLrW2C6OeAsTEWYmUJsTXbcX6ACHAueAgvhVX6Vp43rxuInvX1/SJiwQ1LdrQnb4zvrtyFCf9FOOD4rwc4fsXoc8x6pW5ISDLWvJ62DPYxTpnOAwCpaKlgKPNY4CnejjWLxtnur/d/0uutaNo8hGvMaRSoU+/JbQc1gS3HHIqqETx3LDXUj4STNsJ7lZAaO5nX1gH3fGSoYGhZsb2NhbC01ZTdmOTY2N2JlNmM2YjZi", "subject": "Waiting one"}	{vm_2026_11_26T09_34_04_088564}	\N	notification	{"snoozes": 1}	default	{}	\\xb2223a8ff73d16825b3db08f9545e60509901cc9446b99a073636724ecbb2ecc	11111111
4	available	0	60	2026-11-26 09:34:04.408264+00	2026-11-26 09:34:04.40242+00	\N	2026-11-26 09:34:08.647998+00	1	{"to": "you@email.com", "key": "waiting-2", "actor": "anna", "sealed": "CivkczFbVm2KWfaAApKLTWJWydj2JnlEz76eny7grJQ1EQUrMiGfYRqvHAv2EgwtKvJrgIRwyfpCc/YqWipYCjxDe/eo5pN9NVA3MxDvTa94CLI3S7gOaa8ZoQ86nb05YQncTYU9ZSJAMptC7jYwUkl/1xTlq9XF1Ae23bYqGBoWbG9jYWwtNWU3Zjk2NjdiZTZjNmI2Yg==", "subject": "Waiting two"}	{vm_2026_11_26T09_34_04_088564}	\N	notification	{"snoozes": 1}	default	{}	\\xa5e17b8c3381861a246cc6e11430ec57a24300da65c05904b2735906b7aa36e0	11111111
5	cancelled	1	60	2026-11-26 09:34:04.408264+00	2026-11-26 09:34:04.405988+00	2026-11-26 09:34:04.418805+00	2026-11-26 09:34:04.405988+00	1	{"to": "you@email.com", "key": "cancelled-1", "actor": "anna", "sealed": "CiatNI93SfkP5liapnV1LRYBhjd0t5N8rPopO+xD5BmOKMQZfw6hUhIMtG+7icGXZ1iaA09NKloqWAo8pNYhXHit1vbZ04z46Qw2SOmnTBH2TPhZnyeuhUze22ZJjj5CehjiBirSnlGu2p05neDsChfiPL713DHlKhgaFmxvY2FsLTVlN2Y5NjY3YmU2YzZiNmI=", "subject": "Cancelled"}	{vm_2026_11_26T09_34_04_088564}	{"{\\"at\\": \\"2026-11-26T09:34:04.410468065Z\\", \\"error\\": \\"JobCancelError: job cancelled remotely\\", \\"trace\\": \\"\\", \\"attempt\\": 1}"}	notification	{"cancel_attempted_at": "2026-11-26T09:34:04.413576436Z"}	default	{}	\\xc4fc080b4770ab528f6e330df5d240c46dae1448a516f95e6e4eb83f04d9c139	11111111
\.


--
-- Data for Name: river_leader; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.river_leader (elected_at, expires_at, leader_id, name) FROM stdin;
\.


--
-- Data for Name: river_migration; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.river_migration (line, version, created_at) FROM stdin;
main	1	2026-11-26 09:34:04.028225+00
main	2	2026-11-26 09:34:04.033296+00
main	3	2026-11-26 09:34:04.048468+00
main	4	2026-11-26 09:34:04.050224+00
main	5	2026-11-26 09:34:04.056237+00
main	6	2026-11-26 09:34:04.07326+00
main	7	2026-11-26 09:34:04.077386+00
main	8	2026-11-26 09:34:04.087527+00
\.


--
-- Data for Name: river_notification; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.river_notification (id, created_at, payload, topic) FROM stdin;
\.


--
-- Data for Name: river_queue; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.river_queue (name, created_at, metadata, paused_at, updated_at) FROM stdin;
default	2026-11-26 09:34:04.100737+00	{}	\N	2026-11-26 09:34:04.100737+00
\.


--
-- Data for Name: settings_revision; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.settings_revision (revision, document, author, saved_at) FROM stdin;
1	{"values":{"ca_certificate":"-----BEGIN CERTIFICATE-----\\nMIIBhDCCASqgAwIBAgIQSe4pJn1jnNev8aL0R3+HqDAKBggqhkjOPQQDAjAiMSAw\\nHgYDVQQDExdQcmFjdGljZSBtYWlsIHNlcnZlciBDQTAeFw0yNjExMjYwODM0MDNa\\nFw0zNjExMjYwOTM0MDNaMCIxIDAeBgNVBAMTF1ByYWN0aWNlIG1haWwgc2VydmVy\\nIENBMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAETJUz2wCD+WG2upVX/r5z+bVw\\na2l+bSBXrCE2V7rxSgo7nZrA6ldsVf+a0kYAMXuCNfwcfopBOTt1NA8VRXEloqNC\\nMEAwDgYDVR0PAQH/BAQDAgKEMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFLSV\\nh0JY9aoOwCj/SNuuzRq3PKBYMAoGCCqGSM49BAMCA0gAMEUCIAqwXoQt/8vA32m3\\ntq2R9tYHY1HCEcZfYBAlGpbXsoShAiEAzL4xviLfs2Wf8RUNYtO0kdQxEgq9PGwv\\nXOk8HaoP8Zk=\\n-----END CERTIFICATE-----\\n","ehlo_name":"console.practice.example","login":"me@practice.example","port":25871,"server":"127.0.0.1"},"secrets":{"password":{"sealed":"ChjuK7KgaErdrRox6wH+7pD2gVdKSjRm4y0SDMXFz28sntSX2u1wvSpaKlgKPOt5/qFOAHWJXGlvcTvNoMTzZOER2oMlbdfCeKUDFDfykhEJ2ZRemCLUuldaYqf8ie+Qy4nGqDIW2YkM5ioYGhZsb2NhbC01ZTdmOTY2N2JlNmM2YjZi","destination":{"purpose":"settings","field":"password","server":"127.0.0.1","port":25871,"encrypt":false,"login":"me@practice.example"},"since":"2026-11-26T09:34:04.136969512Z"}}}	anna	2026-11-26T09:34:04.136969512Z
2	{"values":{"authentication":"oauth2","ca_certificate":"-----BEGIN CERTIFICATE-----\\nMIIBhDCCASqgAwIBAgIQSe4pJn1jnNev8aL0R3+HqDAKBggqhkjOPQQDAjAiMSAw\\nHgYDVQQDExdQcmFjdGljZSBtYWlsIHNlcnZlciBDQTAeFw0yNjExMjYwODM0MDNa\\nFw0zNjExMjYwOTM0MDNaMCIxIDAeBgNVBAMTF1ByYWN0aWNlIG1haWwgc2VydmVy\\nIENBMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAETJUz2wCD+WG2upVX/r5z+bVw\\na2l+bSBXrCE2V7rxSgo7nZrA6ldsVf+a0kYAMXuCNfwcfopBOTt1NA8VRXEloqNC\\nMEAwDgYDVR0PAQH/BAQDAgKEMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFLSV\\nh0JY9aoOwCj/SNuuzRq3PKBYMAoGCCqGSM49BAMCA0gAMEUCIAqwXoQt/8vA32m3\\ntq2R9tYHY1HCEcZfYBAlGpbXsoShAiEAzL4xviLfs2Wf8RUNYtO0kdQxEgq9PGwv\\nXOk8HaoP8Zk=\\n-----END CERTIFICATE-----\\n","ehlo_name":"console.practice.example","login":"me@practice.example","port":25871,"server":"127.0.0.1"},"secrets":{"access_token":{"sealed":"ChzsJ9emLiNbDHXsv2cqgqNo0zeRnyItBN9wQfqKEgyC0IcasylvrTEWv6QqWipYCjwOLw/b6QoZiSQTZE/ZYQXYbD/R/AJ9AKDhFGFsQrAKGka4IVOTdJvkIF0hoWe/6sIO3kH7CB1mKfCfhOkqGBoWbG9jYWwtNWU3Zjk2NjdiZTZjNmI2Yg==","destination":{"purpose":"settings","field":"access_token","server":"127.0.0.1","port":25871,"encrypt":false,"login":"me@practice.example"},"since":"2026-11-26T09:34:04.142392935Z"},"password":{"sealed":"ChjuK7KgaErdrRox6wH+7pD2gVdKSjRm4y0SDMXFz28sntSX2u1wvSpaKlgKPOt5/qFOAHWJXGlvcTvNoMTzZOER2oMlbdfCeKUDFDfykhEJ2ZRemCLUuldaYqf8ie+Qy4nGqDIW2YkM5ioYGhZsb2NhbC01ZTdmOTY2N2JlNmM2YjZi","destination":{"purpose":"settings","field":"password","server":"127.0.0.1","port":25871,"encrypt":false,"login":"me@practice.example"},"since":"2026-11-26T09:34:04.136969512Z"}}}	bob	2026-11-26T09:34:04.142392935Z
3	{"values":{"authentication":"automatic","ca_certificate":"-----BEGIN CERTIFICATE-----\\nMIIBhDCCASqgAwIBAgIQSe4pJn1jnNev8aL0R3+HqDAKBggqhkjOPQQDAjAiMSAw\\nHgYDVQQDExdQcmFjdGljZSBtYWlsIHNlcnZlciBDQTAeFw0yNjExMjYwODM0MDNa\\nFw0zNjExMjYwOTM0MDNaMCIxIDAeBgNVBAMTF1ByYWN0aWNlIG1haWwgc2VydmVy\\nIENBMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAETJUz2wCD+WG2upVX/r5z+bVw\\na2l+bSBXrCE2V7rxSgo7nZrA6ldsVf+a0kYAMXuCNfwcfopBOTt1NA8VRXEloqNC\\nMEAwDgYDVR0PAQH/BAQDAgKEMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFLSV\\nh0JY9aoOwCj/SNuuzRq3PKBYMAoGCCqGSM49BAMCA0gAMEUCIAqwXoQt/8vA32m3\\ntq2R9tYHY1HCEcZfYBAlGpbXsoShAiEAzL4xviLfs2Wf8RUNYtO0kdQxEgq9PGwv\\nXOk8HaoP8Zk=\\n-----END CERTIFICATE-----\\n","ehlo_name":"console.practice.example","email":"alerts@practice.example","login":"me@practice.example","name":"Überwachung","port":25871,"server":"127.0.0.1","use_other_account":true},"secrets":{"access_token":{"sealed":"ChzsJ9emLiNbDHXsv2cqgqNo0zeRnyItBN9wQfqKEgyC0IcasylvrTEWv6QqWipYCjwOLw/b6QoZiSQTZE/ZYQXYbD/R/AJ9AKDhFGFsQrAKGka4IVOTdJvkIF0hoWe/6sIO3kH7CB1mKfCfhOkqGBoWbG9jYWwtNWU3Zjk2NjdiZTZjNmI2Yg==","destination":{"purpose":"settings","field":"access_token","server":"127.0.0.1","port":25871,"encrypt":false,"login":"me@practice.example"},"since":"2026-11-26T09:34:04.142392935Z"},"password":{"sealed":"ChjuK7KgaErdrRox6wH+7pD2gVdKSjRm4y0SDMXFz28sntSX2u1wvSpaKlgKPOt5/qFOAHWJXGlvcTvNoMTzZOER2oMlbdfCeKUDFDfykhEJ2ZRemCLUuldaYqf8ie+Qy4nGqDIW2YkM5ioYGhZsb2NhbC01ZTdmOTY2N2JlNmM2YjZi","destination":{"purpose":"settings","field":"password","server":"127.0.0.1","port":25871,"encrypt":false,"login":"me@practice.example"},"since":"2026-11-26T09:34:04.136969512Z"}}}	anna	2026-11-26T09:34:04.146824058Z
\.


--
-- Name: river_job_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.river_job_id_seq', 5, true);


--
-- Name: river_notification_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.river_notification_id_seq', 1, false);


--
-- Name: last_verification last_verification_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.last_verification
    ADD CONSTRAINT last_verification_pkey PRIMARY KEY (id);


--
-- Name: river_job river_job_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.river_job
    ADD CONSTRAINT river_job_pkey PRIMARY KEY (id);


--
-- Name: river_leader river_leader_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.river_leader
    ADD CONSTRAINT river_leader_pkey PRIMARY KEY (name);


--
-- Name: river_migration river_migration_pkey1; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.river_migration
    ADD CONSTRAINT river_migration_pkey1 PRIMARY KEY (line, version);


--
-- Name: river_notification river_notification_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.river_notification
    ADD CONSTRAINT river_notification_pkey PRIMARY KEY (id);


--
-- Name: river_queue river_queue_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.river_queue
    ADD CONSTRAINT river_queue_pkey PRIMARY KEY (name);


--
-- Name: settings_revision settings_revision_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.settings_revision
    ADD CONSTRAINT settings_revision_pkey PRIMARY KEY (revision);


--
-- Name: river_job_args_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX river_job_args_index ON public.river_job USING gin (args);


--
-- Name: river_job_kind; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX river_job_kind ON public.river_job USING btree (kind);


--
-- Name: river_job_metadata_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX river_job_metadata_index ON public.river_job USING gin (metadata);


--
-- Name: river_job_prioritized_fetching_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX river_job_prioritized_fetching_index ON public.river_job USING btree (state, queue, priority, scheduled_at, id);


--
-- Name: river_job_state_and_finalized_at_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX river_job_state_and_finalized_at_index ON public.river_job USING btree (state, finalized_at) WHERE (finalized_at IS NOT NULL);


--
-- Name: river_job_unique_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX river_job_unique_idx ON public.river_job USING btree (unique_key) WHERE ((unique_key IS NOT NULL) AND (unique_states IS NOT NULL) AND public.river_job_state_in_bitmask(unique_states, state));


--
-- Name: river_notification_created_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX river_notification_created_at_idx ON public.river_notification USING btree (created_at);


--
-- Name: river_notification_topic_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX river_notification_topic_id_idx ON public.river_notification USING btree (topic, id);


--
-- PostgreSQL database dump complete
--


